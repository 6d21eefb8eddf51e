package policy

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/cedar-policy/cedar-go"
)

const (
	// DetailType is the `type` of a sealed policy among a credential's
	// authorization_details (RFC 9396 section 2).
	DetailType = "cedar"
	// MaxDetail is the most bytes of JSON a sealed policy takes inside a token.
	MaxDetail = 4 << 10

	denyAll = "forbid (principal, action, resource);"
)

// A Detail is a sealed policy as a credential carries it. Where it is too long
// for a token, URI and SHA256 stand in for Policies and Entities: the document
// at URI is the whole Detail as JSON, and SHA256 is the base64url SHA-256 of
// its bytes.
type Detail struct {
	Type     string          `json:"type"`
	Policies string          `json:"policies,omitempty"`
	Entities cedar.EntityMap `json:"entities,omitempty"` // the principal, where a policy can reach it through the request
	URI      string          `json:"policies_uri,omitempty"`
	SHA256   string          `json:"policies_sha256,omitempty"`
}

// Open parses a detail for deciding. One that only refers to its document must
// be fetched and checked with OpenDocument first.
func (d Detail) Open() (*Document, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	doc, err := Parse(d.Policies)
	if err != nil {
		return nil, err
	}
	return doc.with(d.Entities), nil
}

func (d Detail) check() error {
	if d.Type != DetailType {
		return fmt.Errorf("policy: authorization detail of type %q, not %q", d.Type, DetailType)
	}
	if d.SHA256 != "" {
		return fmt.Errorf("policy: the sealed policy is at %s", d.URI)
	}
	return nil
}

// with is the document together with entities that came with it.
func (d *Document) with(known cedar.EntityMap) *Document {
	out := *d
	out.known = known
	return &out
}

// Document is the JSON of a detail and the hash it is known by.
func (d Detail) Document() (body []byte, hash string, err error) {
	body, err = json.Marshal(d)
	if err != nil {
		return nil, "", fmt.Errorf("encode sealed policy: %w", err)
	}
	return body, documentHash(body), nil
}

// OpenDocument parses what was fetched from a detail's URI, after comparing it
// with the hash that the signed credential names.
func (d Detail) OpenDocument(body []byte) (*Document, error) {
	if documentHash(body) != d.SHA256 {
		return nil, fmt.Errorf("policy: the document at %s is not the one the credential names", d.URI)
	}
	var whole Detail
	if err := json.Unmarshal(body, &whole); err != nil {
		return nil, fmt.Errorf("decode sealed policy: %w", err)
	}
	return whole.Open()
}

func documentHash(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
