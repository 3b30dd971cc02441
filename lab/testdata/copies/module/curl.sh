# The requests of a browser that keeps to the standard. curl shows every answer: it has no page to protect.
# Nobody answers at these names but while corsproof runs the case. To ask a server of your own instead, write http: for https:, and add: --connect-to ::localhost:3000

curl -i -H 'Origin: https://app.site.test' https://api.other.test/a.js
curl -i -H 'Origin: https://app.site.test' https://api.other.test/dep.js
