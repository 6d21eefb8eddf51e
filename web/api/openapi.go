package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
)

// Description answers GET /openapi.json: the table as an OpenAPI 3.1 document.
// All operations share one path on the wire and are told apart by a header,
// which OpenAPI has no word for; so each stands under the path / with its target
// in the fragment, as generators of clients expect it.
func (a *API) Description() http.Handler {
	body, err := json.MarshalIndent(a.document(), "", " ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err != nil {
			writeError(w, wireError(err, ""))
			return
		}
		w.Header().Set("Content-Type", "application/json")
		anyOrigin().Allow(w.Header())
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(body)
	})
}

type object = map[string]any

func (a *API) document() object {
	s := schemas{constraints: constraints(), named: object{}}
	paths := object{}
	for _, o := range a.Operations() {
		paths["/#X-Amz-Target="+o.Target()] = object{"post": s.operation(&o)}
	}
	s.named["Error"] = object{"type": "object", "required": []string{"__type"}, "properties": object{
		"__type": object{"type": "string"}, "message": object{"type": "string"},
	}}
	return object{
		"openapi":           "3.1.0",
		"jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
		"info": object{
			"title": "Cognate administrative API", "version": "1",
			"description": "Every operation is POST / with the header X-Amz-Target and a body of application/x-amz-json-1.1.",
			"license":     object{"name": "Apache-2.0", "identifier": "Apache-2.0"},
		},
		"paths": paths,
		"components": object{"schemas": s.named, "securitySchemes": object{
			"sigv4":  object{"type": "apiKey", "in": "header", "name": "Authorization", "description": "AWS Signature Version 4 with an operator's access key."},
			"bearer": object{"type": "http", "scheme": "bearer", "description": "An access token of the operators' pool with the operator scope."},
		}},
	}
}

// schemas collects the shapes that a document names.
type schemas struct {
	constraints map[string]constraint
	named       object
}

func (s schemas) operation(o *Operation) object {
	content := func(schema any) object { return object{contentType: object{"schema": schema}} }
	answer := any(object{"type": "object"})
	if o.Output != nil {
		answer = s.of(o.Output, constraint{})
	}
	out := object{
		"operationId": o.Target(),
		"tags":        []string{o.Service},
		"parameters": []object{{"name": "X-Amz-Target", "in": "header", "required": true,
			"schema": object{"type": "string", "const": o.Target()}}},
		"requestBody": object{"required": true, "content": content(s.of(o.Input, constraint{}))},
		"responses": object{
			"200": object{"description": "Done.", "content": content(answer)},
			"400": object{"description": "Refused; __type says why.", "content": content(object{"$ref": "#/components/schemas/Error"})},
			"500": object{"description": "Something failed on the server's side.", "content": content(object{"$ref": "#/components/schemas/Error"})},
		},
	}
	if o.Self {
		out["description"] = "A user calls for themselves: AccessToken in the body is theirs, with the scope aws.cognito.signin.user.admin."
	}
	if o.Permission != "" {
		out["security"] = []object{{"sigv4": []string{}}, {"bearer": []string{}}}
		out["x-permission"] = o.Permission
	}
	if o.Audit != "" {
		out["x-audit-action"] = o.Audit
	}
	return out
}

// of describes a Go type under a constraint. Structs are described once, by
// name.
func (s schemas) of(t reflect.Type, c constraint) any {
	switch {
	case t == reflect.TypeFor[Timestamp]():
		return object{"type": "number", "description": "Seconds since 1970-01-01T00:00:00Z."}
	case t == reflect.TypeFor[Kept]():
		return object{"description": "Kept and answered as given."}
	case t == reflect.TypeFor[Unserved]():
		return object{"description": "Not served: must be absent, empty or switched off."}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem(), c)
	case reflect.Struct:
		if _, done := s.named[t.Name()]; !done {
			s.named[t.Name()] = object{} // stands while its own members are described
			s.named[t.Name()] = s.structure(t)
		}
		return object{"$ref": "#/components/schemas/" + t.Name()}
	case reflect.Slice:
		out := c.bounds(object{"type": "array", "items": s.of(t.Elem(), s.constraints[c.member])}, "minItems", "maxItems")
		return out
	case reflect.Map:
		return c.bounds(object{"type": "object", "additionalProperties": s.of(t.Elem(), s.constraints[c.member])}, "minProperties", "maxProperties")
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int64:
		return c.bounds(object{"type": "integer"}, "minimum", "maximum")
	}
	out := c.bounds(object{"type": "string"}, "minLength", "maxLength")
	if c.pattern != nil {
		out["pattern"] = "^(?:" + c.expression() + ")$"
	}
	if len(c.enum) > 0 {
		out["enum"] = c.enum
	}
	return out
}

func (s schemas) structure(t reflect.Type) object {
	properties, required := object{}, []string{}
	s.members(t, properties, &required)
	out := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func (s schemas) members(t reflect.Type, properties object, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			s.members(f.Type, properties, required)
			continue
		}
		tag := parseTag(f)
		properties[tag.member] = s.of(f.Type, s.constraints[tag.constraint])
		if tag.required {
			*required = append(*required, tag.member)
		}
	}
}

// bounds adds what the constraint says about size.
func (c constraint) bounds(schema object, min, max string) object {
	if c.bounded {
		if c.min > 0 || strings.HasPrefix(min, "minimum") {
			schema[min] = c.min
		}
		schema[max] = c.max
	}
	return schema
}
