package oracle

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"image/jpeg"
	"io"
	"iter"
	"slices"
)

// useImage decodes whatever the status. What came without CORS from elsewhere
// taints a canvas.
func (f *fetching) useImage(reply Reply) {
	switch {
	case !f.isImage(reply):
		f.fail(WrongType, imageResponse, "What came is no image.")
	case f.tainting == "opaque", f.taintedBySVG(reply):
		f.finish(Opaque, Tainted, originClean, "It loads, and it is not origin-clean: the page can show it, script cannot read its pixels.")
	default:
		f.finish(Allowed, "", originClean, "It loads, and it is origin-clean: script can read its pixels.")
	}
}

// taintedBySVG holds where an engine mistrusts the HTML that an SVG image can
// hold. The pixels of an image button nobody reads.
func (f *fetching) taintedBySVG(reply Reply) bool {
	trusted := f.url().scheme == "data" && !(f.way.Via == "imagebitmap" && f.state.Profile[BitmapsOfDataURLsTaint])
	return f.state.Profile[ForeignObjectsTaint] && !trusted && f.way.Via != "input-image" && holdsForeignObject(reply)
}

// holdsForeignObject says whether an image is SVG with a foreignObject in it, or
// in an image in it. That one has a data: URL, for an SVG image loads nothing.
func holdsForeignObject(reply Reply) bool {
	if m, _ := ExtractMIMEType(reply.Headers); m.Essence() != "image/svg+xml" {
		return false
	}
	for element := range xmlElements(reply.Body) {
		if element.Name == (xml.Name{Space: svgNamespace, Local: "foreignObject"}) {
			return true
		}
		if element.Name.Local != "image" && element.Name.Local != "feImage" {
			continue
		}
		for _, a := range element.Attr {
			if image, ok := dataAt(a.Value); ok && a.Name.Local == "href" && holdsForeignObject(image) {
				return true
			}
		}
	}
	return false
}

// hasAt says whether the signature stands at a place in b.
func hasAt(b []byte, at int, signature string) bool {
	return len(b) >= at+len(signature) && string(b[at:at+len(signature)]) == signature
}

// matchesImage is the image type pattern matching algorithm: whether b begins
// with the signature of an image.
//
// https://mimesniff.spec.whatwg.org/#image-type-pattern-matching-algorithm
func matchesImage(b []byte) bool { return begins(b, imageSignatures) }

// isImage says whether the response is an image as far as its dimensions: more
// is not needed, a broken rest shows as far as it goes. SVG goes by its MIME
// type, all else by its bytes.
//
// https://html.spec.whatwg.org/multipage/images.html#update-the-image-data
func isImage(reply Reply) bool {
	if m, _ := ExtractMIMEType(reply.Headers); m.Essence() == "image/svg+xml" {
		return isSVG(reply.Body)
	}
	b := reply.Body
	switch {
	case hasAt(b, 0, "\x89PNG\r\n\x1a\n"):
		return isPNG(b)
	case hasAt(b, 0, "GIF8"):
		return isGIF(b)
	case hasAt(b, 0, "\xFF\xD8\xFF"):
		_, err := jpeg.DecodeConfig(bytes.NewReader(b))
		return err == nil
	case hasAt(b, 0, "BM"):
		return isBMP(b)
	case hasAt(b, 0, "RIFF"): // lossless, lossy, with more than a picture
		return hasAt(b, 8, "WEBPVP8L") && len(b) >= 25 || hasAt(b, 8, "WEBPVP8 ") && len(b) >= 30 || hasAt(b, 8, "WEBPVP8X") && len(b) >= 38
	case hasAt(b, 0, "\x00\x00\x01\x00"), hasAt(b, 0, "\x00\x00\x02\x00"):
		const directory, entry = 6, 16
		return len(b) >= directory+entry
	}
	return hasAt(b, 4, "ftypavif") && isAVIF(b)
}

// isImage also holds for the bytes of an image that is called SVG, where an
// engine looks at the bytes first.
func (f *fetching) isImage(reply Reply) bool {
	return isImage(reply) || f.state.Profile[ImagesSniffedFirst] && isImage(Reply{Body: reply.Body})
}

// isBMP looks at the second header, whose length says which one it is.
func isBMP(b []byte) bool {
	const fileHeader, least = 14, 12
	if len(b) < fileHeader+least {
		return false
	}
	header := binary.LittleEndian.Uint32(b[fileHeader:])
	return slices.Contains(bitmapHeaders, header) && len(b) >= fileHeader+int(header)
}

// bitmapHeaders are the lengths that the header of a bitmap can have.
var bitmapHeaders = []uint32{12, 16, 20, 24, 28, 32, 36, 40, 42, 44, 46, 48, 52, 56, 60, 64, 108, 124}

// isAVIF looks for the whole box that says what the file holds.
func isAVIF(b []byte) bool {
	at := int(binary.BigEndian.Uint32(b))
	return hasAt(b, at+4, "meta") && len(b) >= at+int(binary.BigEndian.Uint32(b[at:]))
}

// isPNG walks the chunks to the first that has pixels.
func isPNG(b []byte) bool {
	for at := 8; at+8 <= len(b); {
		if hasAt(b, at+4, "IDAT") {
			return hasAt(b, 12, "IHDR")
		}
		at += 12 + int(binary.BigEndian.Uint32(b[at:]))
	}
	return false
}

// isGIF walks the blocks to the first frame's descriptor.
func isGIF(b []byte) bool {
	const header, descriptor = 13, 10
	if len(b) < header+descriptor {
		return false
	}
	at := header + colorTable(b[10])
	for hasAt(b, at, "!") { // an extension: its label, its sub-blocks
		for at += 2; at < len(b) && b[at] != 0; {
			at += 1 + int(b[at])
		}
		at++
	}
	return at+descriptor <= len(b)
}

// colorTable is the length of the color table that a GIF's flags announce.
func colorTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

const svgNamespace = "http://www.w3.org/2000/svg"

// isSVG says whether b is well-formed XML whose root is SVG's.
func isSVG(b []byte) bool {
	return xmlRoot(b) == xml.Name{Space: svgNamespace, Local: "svg"}
}

// xmlRoot is the name of the root of a well-formed document, no name for what is
// none.
func xmlRoot(b []byte) (root xml.Name) {
	d := xmlDecoder(b)
	for {
		at := d.InputOffset()
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return root
		}
		if declaration, _ := token.(xml.ProcInst); err != nil || declaration.Target == "xml" && at > 0 {
			return xml.Name{}
		}
		if start, is := token.(xml.StartElement); is && root.Local == "" {
			root = start.Name
		}
	}
}

// xmlElements are the elements of a document as far as it is well-formed.
func xmlElements(b []byte) iter.Seq[xml.StartElement] {
	return func(yield func(xml.StartElement) bool) {
		d := xmlDecoder(b)
		for token, err := d.Token(); err == nil; token, err = d.Token() {
			if start, is := token.(xml.StartElement); is && !yield(start) {
				return
			}
		}
	}
}

// xmlDecoder takes every encoding for UTF-8.
func xmlDecoder(b []byte) *xml.Decoder {
	d := xml.NewDecoder(bytes.NewReader(b))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	return d
}
