package api

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	// maxBody bounds one request. The largest honest one is a policy document
	// or SAML metadata.
	maxBody = 1 << 20
	// maxDepth bounds nesting; the deepest shape has six levels.
	maxDepth = 32
)

// parseJSON reads one JSON object. It is stricter than encoding/json: a member
// given twice, text that is not UTF-8 and NUL are refused, because two readers
// of the same bytes must not see different requests.
func parseJSON(body []byte) (map[string]any, error) {
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return map[string]any{}, nil
	case !utf8.Valid(body):
		return nil, serialization("the body is not valid UTF-8")
	case !json.Valid(body):
		return nil, serialization("the body is not valid JSON")
	}
	r := jsonReader{json.NewDecoder(bytes.NewReader(body))}
	r.UseNumber()
	v, err := r.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := r.Token(); err != io.EOF {
		return nil, serialization("the body holds more than one JSON value")
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, serialization("the body must be a JSON object")
	}
	return object, nil
}

type jsonReader struct{ *json.Decoder }

func (r jsonReader) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, serialization("the body is nested too deeply")
	}
	t, err := r.Token()
	if err != nil {
		return nil, serialization("the body is not valid JSON")
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			return r.object(depth)
		}
		return r.array(depth)
	case string:
		return t, noNUL(t)
	}
	return t, nil
}

func (r jsonReader) object(depth int) (any, error) {
	object := map[string]any{}
	for r.More() {
		t, err := r.Token()
		if err != nil {
			return nil, serialization("the body is not valid JSON")
		}
		name := t.(string) // json.Valid saw a string before every colon
		if err := noNUL(name); err != nil {
			return nil, err
		}
		if _, twice := object[name]; twice {
			return nil, serialization("a member of the body is given twice")
		}
		if object[name], err = r.value(depth + 1); err != nil {
			return nil, err
		}
	}
	_, err := r.Token()
	return object, err
}

func (r jsonReader) array(depth int) (any, error) {
	array := []any{}
	for r.More() {
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		array = append(array, v)
	}
	_, err := r.Token()
	return array, err
}

// noNUL refuses what PostgreSQL cannot store in text.
func noNUL(s string) error {
	if strings.ContainsRune(s, 0) {
		return serialization("the body holds a NUL character")
	}
	return nil
}
