# The requests of a browser that keeps to the standard. curl shows every answer: it has no page to protect.
# Nobody answers at these names but while corsproof runs the case. To ask a server of your own instead, add: --connect-to ::localhost:3000

# Nothing is sent.
