package oracle

// Cookie is a cookie to be set before a request: the origin that sets it, its
// name and value, and the attributes as in Set-Cookie ("SameSite=None; Secure").
type Cookie struct {
	On         Origin
	Path       string // the default path, used when Attributes has none
	Name       string
	Value      string
	Attributes string
}
