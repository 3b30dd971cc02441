# The requests of a browser that keeps to the standard. curl shows every answer: it has no page to protect.
# Nobody answers at these names but while corsproof runs the case. To ask a server of your own instead, write http: for https:, and add: --connect-to ::localhost:3000

curl -i -X OPTIONS -H 'Origin: https://app.site.test' -H 'Access-Control-Request-Method: PUT' -H 'Access-Control-Request-Headers: x-a' 'https://api.other.test/a'\''b%22c$d%7Be%7D(f)*;%20'
curl -i -X PUT -H 'Origin: https://app.site.test' -H 'X-A: a'\''b"c\d$(id)`id`${x}%s' -H 'Content-Type: text/plain;charset=UTF-8' --data-raw ''\''"\$(id)`id`${x}
%s @' 'https://api.other.test/a'\''b%22c$d%7Be%7D(f)*;%20'
