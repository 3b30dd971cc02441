package oracle

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// parseHostPort reads the authority of a special URL, without its userinfo.
//
// https://url.spec.whatwg.org/#host-state
func parseHostPort(s, scheme string) (host string, port int, ok bool) {
	portText := ""
	if i := strings.LastIndexByte(s, ':'); i > strings.LastIndexByte(s, ']') {
		s, portText = s[:i], s[i+1:]
	}
	port = defaultPorts[scheme]
	if portText != "" {
		n, err := strconv.ParseUint(portText, 10, 16)
		if err != nil {
			return "", 0, false
		}
		port = int(n)
	}
	host, ok = parseHost(s)
	return host, port, ok
}

// parseHost reads the host of a special URL: percent-decoded, lower-case,
// Unicode in punycode, numbers as an IPv4 address, IPv6 in brackets.
//
// https://url.spec.whatwg.org/#concept-host-parser
func parseHost(s string) (string, bool) {
	if strings.HasPrefix(s, "[") {
		if !strings.HasSuffix(s, "]") {
			return "", false
		}
		addr, _ := netip.ParseAddr(s[1 : len(s)-1])
		if !addr.Is6() || addr.Zone() != "" {
			return "", false
		}
		return "[" + serializeIPv6(addr) + "]", true
	}
	s = percentDecode(s)
	if s == "" || !utf8.ValidString(s) {
		return "", false
	}
	s, ok := domainToASCII(s)
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

// uts46 has the options of UTS #46 that browsers have.
var uts46 = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false),
	idna.CheckHyphens(false), idna.BidiRule(), idna.VerifyDNSLength(false))

// domainToASCII lower-cases a domain and writes its Unicode labels in punycode.
//
// https://url.spec.whatwg.org/#concept-domain-to-ascii
func domainToASCII(domain string) (string, bool) {
	ascii, err := uts46.ToASCII(domain)
	return ascii, err == nil
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
	case strings.HasPrefix(s, "0x"):
		s, base = s[2:], 16
	case s[0] == '0':
		s, base = s[1:], 8
	}
	if s == "" {
		return 0, true
	}
	n, err := strconv.ParseUint(s, base, 40)
	return n, err == nil
}

// serializeIPv6 writes the pieces in hex, the longest run of zeros as "::".
//
// https://url.spec.whatwg.org/#concept-ipv6-serializer
func serializeIPv6(addr netip.Addr) string {
	if !addr.Is4In6() {
		return addr.String()
	}
	b := addr.As16()
	return fmt.Sprintf("::ffff:%x:%x", uint(b[12])<<8|uint(b[13]), uint(b[14])<<8|uint(b[15]))
}
