package oracle

import (
	"regexp"
	"strconv"
	"strings"
)

// blobReply is the response of a blob: URL, whose blob is what the server
// answers for it: its type is the Content-Type. A URL without a blob, as one
// that was revoked is, is an answer that is reset before its headers.
//
// https://fetch.spec.whatwg.org/#concept-scheme-fetch
func (f *fetching) blobReply(u *urlRecord) (Reply, bool) {
	fail := func(parts ...string) (Reply, bool) {
		f.fail(NetworkError, schemeFetch, parts...)
		return Reply{}, false
	}
	if f.method != "GET" {
		return fail("A blob: URL answers GET only, not ", quote(f.method), ".")
	}
	blob := f.server.Reply(WireRequest{Method: "GET", URL: u.wire()})
	if f.client.Worker == "data" && f.state.Profile[NoBlobsInDataWorkers] {
		return fail("A worker at a data: URL does not find its own blobs again.")
	}
	if (f.client.DataURL && !f.sandboxLacks("allow-same-origin") || f.client.Worker == "data" || f.client.Worker == "shared" && f.client.Opaque) && f.state.Profile[NoBlobsAtDataURLs] {
		return fail("What is at a data: URL does not find its own blobs again.")
	}
	if f.way.Via == "worker-module" && f.origin.IsOpaque() && f.state.Profile[NoBlobsInOpaqueModuleWorkers] {
		return fail("A worker of type module does not find the blobs of a document without an origin.")
	}
	if blob.Abort == "before-headers" {
		return fail("There is no blob behind the blob: URL: it was revoked, or never made.")
	}
	kind, _ := blob.Headers.Get("Content-Type")
	full := len(blob.Body)
	reply := Reply{Status: 200, StatusText: "OK", Body: blob.Body, Headers: Headers{
		{"Content-Length", strconv.Itoa(full)}, {"Content-Type", strings.ToLower(kind)},
	}}
	if f.state.Profile[BlobsCarryPolicies] {
		reply.Headers = append(reply.Headers, f.ownPolicies()...)
	}
	value, found := f.headers.Get("Range")
	if !found {
		f.note(schemeFetch, "The blob: URL names the response.")
		return reply, true
	}
	start, end, ok := singleRange(value, full)
	if !ok {
		return fail("The blob has ", itoa(full), " bytes, and no such part as ", quote(value), ".")
	}
	f.note(schemeFetch, "The blob: URL names the response, and a part of it is asked for: status 206.")
	reply.Status, reply.StatusText, reply.Body = 206, "Partial Content", blob.Body[start:end+1]
	reply.Headers[0].Value = strconv.Itoa(end + 1 - start)
	reply.Headers = append(reply.Headers, Header{"Content-Range", "bytes " + itoa(start) + "-" + itoa(end) + "/" + itoa(full)})
	return reply, true
}

// ownPolicies are the headers that hold the policies of the document: of several
// policies for its content the last, and of a worker no more than an empty one for
// the Referer.
func (f *fetching) ownPolicies() Headers {
	if f.client.Worker != "" {
		return Headers{{"Referrer-Policy", ""}}
	}
	var own Headers
	for _, name := range []string{"Content-Security-Policy", "Content-Security-Policy-Report-Only"} {
		if policies := f.client.Headers.SplitValues(name); len(policies) > 0 {
			own = append(own, Header{name, policies[len(policies)-1]})
		}
	}
	if policy := f.state.Profile.embedderPolicy(f.client.Headers, f.isSecureContext()); policy != "" {
		own = append(own, Header{"Cross-Origin-Embedder-Policy", policy})
	}
	return append(own, Header{"Referrer-Policy", referrerPolicy(f.client.Headers, "strict-origin-when-cross-origin")})
}

// singleRange parses a single range header value, white space allowed, and
// gives the first and the last position in size bytes.
//
// https://fetch.spec.whatwg.org/#simple-range-header-value
func singleRange(value string, size int) (start, end int, ok bool) {
	numbers := aRange.FindStringSubmatch(value)
	if numbers == nil || numbers[1]+numbers[2] == "" {
		return 0, 0, false
	}
	start, _ = strconv.Atoi(numbers[1]) // more than fits is the most that fits
	last, _ := strconv.Atoi(numbers[2])
	end = min(last, size-1)
	switch {
	case numbers[1] == "":
		start, end = max(size-last, 0), size-1
	case numbers[2] == "":
		end = size - 1
	}
	return start, end, start <= end
}

var aRange = regexp.MustCompile(`^bytes[\t ]*=[\t ]*(\d*)[\t ]*-[\t ]*(\d*)[\t ]*$`)
