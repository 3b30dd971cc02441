# The requests of a browser that keeps to the standard. curl shows every answer: it has no page to protect.
# Nobody answers at these names but while corsproof runs the case. To ask a server of your own instead, write http: for https:, and add: --connect-to ::localhost:3000

curl -i -X OPTIONS -H 'Origin: https://app.site.test' -H 'Access-Control-Request-Method: PUT' -H 'Access-Control-Request-Headers: x-a' 'https://api.other.test/a'\''b%22c$d%7Be%7D(f)*;%20'
printf '\047"\\$(id)`id`${x}\012%%s \303\251\000@' | curl -i -X PUT -H 'Origin: https://app.site.test' -H $'X-A: a\'b"c\\d$(id)`id`${x}%s\351' -H 'Content-Type: text/plain;charset=UTF-8' --data-binary @- 'https://api.other.test/a'\''b%22c$d%7Be%7D(f)*;%20'
