package oracle

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// parseHostPort reads the authority of a special URL, without its userinfo.
//
// https://url.spec.whatwg.org/#host-state
func parseHostPort(s, scheme string) (host string, port int, ok bool) {
	portText := ""
	if i := strings.LastIndexByte(s, ':'); i >= 0 && !strings.Contains(s[i:], "]") {
		s, portText = s[:i], s[i+1:]
	}
	port = defaultPorts[scheme]
	if portText != "" {
		n, err := strconv.ParseUint(portText, 10, 16)
		if err != nil || portText[0] == '+' {
			return "", 0, false
		}
		port = int(n)
	}
	host, ok = parseHost(s)
	return host, port, ok
}

// parseHost reads the host of a special URL: percent-decoded, lower-case,
// Unicode in punycode, numbers as an IPv4 address, IPv6 in brackets. It maps
// Unicode by lower case alone, which is less than UTS #46 does.
//
// https://url.spec.whatwg.org/#concept-host-parser
func parseHost(s string) (string, bool) {
	if strings.HasPrefix(s, "[") {
		if !strings.HasSuffix(s, "]") {
			return "", false
		}
		addr, err := netip.ParseAddr(s[1 : len(s)-1])
		if err != nil || !addr.Is6() || addr.Zone() != "" {
			return "", false
		}
		return "[" + serializeIPv6(addr.As16()) + "]", true
	}
	s = percentDecode(s)
	if s == "" || !utf8.ValidString(s) {
		return "", false
	}
	s, ok := toASCII(s)
	if !ok {
		return "", false
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == 0x7F || strings.IndexByte("#/:<>?@[\\]^|%", c) >= 0 {
			return "", false
		}
	}
	if endsInNumber(s) {
		return parseIPv4(s)
	}
	return s, true
}

// toASCII lower-cases a domain and writes its Unicode labels in punycode.
func toASCII(domain string) (string, bool) {
	ascii := true
	for i := range len(domain) {
		if domain[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if ascii {
		return strings.ToLower(domain), true
	}
	domain = strings.Map(func(r rune) rune {
		switch r {
		case '。', '．', '｡': // the other full stops of UTS #46
			return '.'
		case '\u00AD', '\u200B', '\u2060', '\uFEFF': // ignored by it
			return -1
		}
		return unicode.ToLower(r)
	}, domain)
	labels := strings.Split(domain, ".")
	for i, label := range labels {
		encoded, ok := punycode(label)
		if !ok {
			return "", false
		}
		labels[i] = encoded
	}
	return strings.Join(labels, "."), true
}

// punycode encodes one label (RFC 3492); an ASCII label stays as it is.
func punycode(label string) (string, bool) {
	runes := []rune(label)
	var out []byte
	for _, r := range runes {
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
		}
	}
	basic := len(out)
	if basic == len(runes) {
		return label, true
	}
	if basic > 0 {
		out = append(out, '-')
	}
	const base, tMin, tMax = 36, 1, 26
	digit := func(d int) byte {
		if d < 26 {
			return byte('a' + d)
		}
		return byte('0' + d - 26)
	}
	n, delta, bias := rune(128), 0, 72
	for handled := basic; handled < len(runes); {
		next := rune(utf8.MaxRune)
		for _, r := range runes {
			if r >= n && r < next {
				next = r
			}
		}
		delta += int(next-n) * (handled + 1)
		if delta > 1<<30 {
			return "", false
		}
		n = next
		for _, r := range runes {
			if r < n {
				delta++
			}
			if r != n {
				continue
			}
			q := delta
			for k := base; ; k += base {
				t := min(max(k-bias, tMin), tMax)
				if q < t {
					break
				}
				out = append(out, digit(t+(q-t)%(base-t)))
				q = (q - t) / (base - t)
			}
			out = append(out, digit(q))
			bias = adapt(delta, handled+1, handled == basic)
			delta = 0
			handled++
		}
		delta++
		n++
	}
	return "xn--" + string(out), true
}

// adapt is the bias adaptation of RFC 3492.
func adapt(delta, points int, first bool) int {
	if first {
		delta /= 700
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for ; delta > 455; k += 36 {
		delta /= 35
	}
	return k + 36*delta/(delta+38)
}

// endsInNumber says whether a host must be read as an IPv4 address.
//
// https://url.spec.whatwg.org/#ends-in-a-number-checker
func endsInNumber(host string) bool {
	parts := strings.Split(strings.TrimSuffix(host, "."), ".")
	last := parts[len(parts)-1]
	if last == "" {
		return false
	}
	if strings.Trim(last, "0123456789") == "" {
		return true
	}
	_, ok := parseIPv4Number(last)
	return ok
}

// parseIPv4 reads the forms that URLs allow: 127.0.0.1, 127.1, 0x7f000001.
//
// https://url.spec.whatwg.org/#concept-ipv4-parser
func parseIPv4(host string) (string, bool) {
	parts := strings.Split(strings.TrimSuffix(host, "."), ".")
	if len(parts) > 4 {
		return "", false
	}
	var address uint64
	for i, part := range parts {
		n, ok := parseIPv4Number(part)
		if !ok {
			return "", false
		}
		if i < len(parts)-1 {
			if n > 255 {
				return "", false
			}
			address |= n << (8 * (3 - i))
			continue
		}
		if n >= 1<<(8*(5-len(parts))) {
			return "", false
		}
		address |= n
	}
	return netip.AddrFrom4([4]byte{byte(address >> 24), byte(address >> 16), byte(address >> 8), byte(address)}).String(), true
}

func parseIPv4Number(s string) (uint64, bool) {
	base := 10
	switch {
	case s == "":
		return 0, false
	case len(s) >= 2 && (s[:2] == "0x" || s[:2] == "0X"):
		s, base = s[2:], 16
	case len(s) >= 2 && s[0] == '0':
		s, base = s[1:], 8
	}
	if s == "" {
		return 0, true
	}
	n, err := strconv.ParseUint(s, base, 40)
	return n, err == nil && s[0] != '+'
}

// serializeIPv6 writes the pieces in hex, the longest run of zeros as "::".
//
// https://url.spec.whatwg.org/#concept-ipv6-serializer
func serializeIPv6(b [16]byte) string {
	var pieces [8]uint64
	for i := range pieces {
		pieces[i] = uint64(b[2*i])<<8 | uint64(b[2*i+1])
	}
	start, length := -1, 1
	for i := 0; i < 8; i++ {
		j := i
		for j < 8 && pieces[j] == 0 {
			j++
		}
		if j-i > length {
			start, length = i, j-i
		}
		if j > i {
			i = j
		}
	}
	var out strings.Builder
	for i := 0; i < 8; i++ {
		if i == start {
			if i == 0 {
				out.WriteByte(':')
			}
			out.WriteByte(':')
			i += length - 1
			continue
		}
		out.WriteString(strconv.FormatUint(pieces[i], 16))
		if i < 7 {
			out.WriteByte(':')
		}
	}
	return out.String()
}
