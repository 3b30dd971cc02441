// What the driver leaves in a document that it drives. A command of WebDriver's
// is a function that answers once; what comes later waits here for the next.
const runs = Object.create(null);

self.corsproofDriver.run = (number, probes) => {
  const run = (runs[number] = { outcomes: [], wake() {} });
  corsproof.run(probes, (outcomes) => {
    run.outcomes.push(...outcomes);
    run.wake();
  }).then(
    () => { run.done = true; },
    (error) => { run.error = String(error.message); },
  ).finally(() => run.wake());
};

// take resolves with the outcomes that have come since the last time, when
// there are any, or when there will be no more.
self.corsproofDriver.take = async (number) => {
  const run = runs[number];
  if (!run.outcomes.length && !run.done && !run.error) await new Promise((resolve) => { run.wake = resolve; });
  if (run.done || run.error) delete runs[number];
  return { outcomes: run.outcomes.splice(0), done: !!run.done, error: run.error };
};
