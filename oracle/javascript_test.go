package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestImportsOfAScript(t *testing.T) {
	static := func(specifier string) moduleRequest { return moduleRequest{specifier: specifier} }
	typed := func(specifier, kind string) moduleRequest { return moduleRequest{specifier: specifier, kind: kind} }
	dynamic := func(specifier string) moduleRequest { return moduleRequest{specifier: specifier, dynamic: true} }
	for _, c := range []struct {
		js   string
		want []moduleRequest
	}{
		{``, nil},
		{`import "a"`, []moduleRequest{static("a")}},
		{`import 'a'; import "b"`, []moduleRequest{static("a"), static("b")}},
		{`import x from "a"`, []moduleRequest{static("a")}},
		{`import * as x from "a"`, []moduleRequest{static("a")}},
		{`import x, {y as z, default as d} from "a"`, []moduleRequest{static("a")}},
		{"import {x}\nfrom\n'a'", []moduleRequest{static("a")}},
		{`import {from} from "a"`, []moduleRequest{static("a")}},
		{`export * from "a"`, []moduleRequest{static("a")}},
		{`export * as ns from "a"; export {x, y as z} from 'b'`, []moduleRequest{static("a"), static("b")}},
		{`export {}; const from = "a"`, nil},
		{"export default 'a'\nimport x from 'b'", []moduleRequest{static("b")}},
		{`export const x = 1; export function f() { return "a" }`, nil},
		{`import x from "a" with {type: "json"}`, []moduleRequest{typed("a", "json")}},
		{`import x from "a" with {"type": 'css'}; import "b"`, []moduleRequest{typed("a", "css"), static("b")}},
		{`import "a" with {}`, []moduleRequest{static("a")}},
		{`import "a"; import y from "a" with {type: "json"}`, []moduleRequest{static("a"), typed("a", "json")}},
		{`// import "a"`, nil},
		{"/* import 'a' */ import /* */ 'b' // import 'c'\n", []moduleRequest{static("b")}},
		{`"import 'a'"; 'import "b"'; x = /import "c"/; y = a / b / import.meta.url`, nil},
		{"`import 'a' ${f(`}`)} import 'b'`; import 'c'", []moduleRequest{static("c")}},
		{`import.meta.url; x.import("a"); object = {import: "a"}`, nil},
		{`#!/usr/bin/env node` + "\nimport 'a'", []moduleRequest{static("a")}},
		{"\xEF\xBB\xBFimport 'a'", []moduleRequest{static("a")}},
		{`import "a\u0062\x63\/d"`, []moduleRequest{static("abc/d")}},
		{`import("a")`, []moduleRequest{dynamic("a")}},
		{"import(`a`).then(m => m.default)", []moduleRequest{dynamic("a")}},
		{`await import("a")`, []moduleRequest{{specifier: "a", dynamic: true, awaited: true}}},
		{`await import("a", {with: {type: "json"}})`, []moduleRequest{{"a", "json", true, true}}},
		{`try { await import("a") } catch (e) { await import("b") }`, []moduleRequest{dynamic("a")}},
		{`try { await import("a") } finally { await import("b") }`, []moduleRequest{{specifier: "a", dynamic: true, awaited: true}, {specifier: "b", dynamic: true, awaited: true}}},
		{`import("a", {with: {'type': "json"}}); import("b", {}); import("c", {assert: {type: "json"}})`, []moduleRequest{{specifier: "a", kind: "json", dynamic: true}, dynamic("b"), dynamic("c")}},
		{`function f() { import("a") } class C { m() { import("b") } } const g = () => { import("c") }`, nil},
		{`import(name); import("a" + b)`, nil},
		{`if (x) { import("a") }`, nil},
		{`if (x) import("a"); y ? import("b") : 0; for (;;) import("c")`, nil},
		{`{ import("a") } do import("b"); while (x)`, []moduleRequest{dynamic("a"), dynamic("b")}},
		{`import "a"; this is no script`, nil},
		{`import x from "a" assert {type: "json"}`, nil},
	} {
		assert.Equal(t, c.want, parseScript([]byte(c.js)).imports, c.js)
	}
}

func TestCallsOfImportScripts(t *testing.T) {
	for _, c := range []struct {
		js   string
		want []scriptImport
	}{
		{`importScripts("a", 'b'); self.importScripts("c")`, []scriptImport{{[]string{"a", "b"}, false}, {[]string{"c"}, false}}},
		{`try { importScripts("a") } catch { importScripts("b") }`, []scriptImport{{[]string{"a"}, true}}},
		{`importScripts("a"); throw importScripts("b"); importScripts("c")`, []scriptImport{{[]string{"a"}, false}, {[]string{"b"}, false}}},
		{`try { throw 1; importScripts("a") } catch {} try { importScripts("b"); throw 2 } finally { importScripts("c") } importScripts("d")`,
			[]scriptImport{{[]string{"b"}, false}, {[]string{"c"}, false}}},
		{`importScripts(); importScripts(name, 1, {}); other.importScripts("a"); function f() { importScripts("b") }`, nil},
	} {
		assert.Equal(t, c.want, parseScript([]byte(c.js)).calls, c.js)
	}
}

func FuzzParseScript(f *testing.F) {
	for _, js := range []string{"import 'a'", "`${`${1}`}`", "/[/]/", "import('a', {with: {type: 'x'}})", "import(1)", "importScripts(`${1}`, 'a')", "'\\u{110000}"} {
		f.Add([]byte(js))
	}
	f.Fuzz(func(_ *testing.T, js []byte) { parseScript(js) })
}
