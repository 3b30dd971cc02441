package plain

// The few styles of terminals that are in use. Colour is never the only sign.
const (
	Bold   = "1"
	Faint  = "2"
	Red    = "31"
	Green  = "32"
	Yellow = "33"
	Cyan   = "36"
)

// Paint gives a text a style, or several that are joined by semicolons.
func Paint(style, s string) string {
	if s == "" {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}
