package record

import "fmt"

// Text is the start of a body, for people: bytes that are not text are counted.
func Text(b []byte) string {
	const most = 500
	for _, c := range b[:min(len(b), most)] {
		if c < ' ' && c != '\n' && c != '\t' && c != '\r' || c >= 0x7f {
			return fmt.Sprintf("(%d bytes)", len(b))
		}
	}
	if len(b) > most {
		return string(b[:most]) + "..."
	}
	return string(b)
}
