package policy

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cedar-policy/cedar-go"
)

const (
	// MaxText is the longest policy text of one role, in bytes.
	MaxText = 128 << 10
	// maxNesting bounds brackets inside brackets: the parser recurses on them.
	maxNesting = 64
)

// A Document is a parsed list of Cedar policies, safe for concurrent use.
type Document struct {
	policies cedar.PolicyMap
	ordered  []*cedar.Policy
	known    cedar.EntityMap // entities that came with a sealed policy
}

// A SyntaxError says where a policy text is wrong and why. Line and Column
// count from 1; they are 0 where the fault has no single place.
type SyntaxError struct {
	Line, Column int
	Reason       string
}

func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return "policy: " + e.Reason
	}
	return fmt.Sprintf("policy line %d, column %d: %s", e.Line, e.Column, e.Reason)
}

// Parse reads Cedar text: role policies as an administrator wrote them, or the
// sealed policy of a credential. An empty text is a document that denies all.
// Every error is a *SyntaxError.
func Parse(text string) (*Document, error) {
	if len(text) > MaxText {
		return nil, &SyntaxError{Reason: fmt.Sprintf("longer than %d bytes", MaxText)}
	}
	if !utf8.ValidString(text) {
		return nil, &SyntaxError{Reason: "not valid UTF-8"}
	}
	if err := checkNesting(text); err != nil {
		return nil, err
	}
	list, err := cedar.NewPolicyListFromBytes("", []byte(text))
	if err != nil {
		return nil, syntaxError(err)
	}
	return newDocument(list), nil
}

func newDocument(list []*cedar.Policy) *Document {
	d := &Document{policies: make(cedar.PolicyMap, len(list)), ordered: list}
	for i, p := range list {
		d.policies[policyID(i, p)] = p
	}
	return d
}

// policyID is the policy's place, then its @id annotation, so that two policies
// with one annotation never hide each other.
func policyID(i int, p *cedar.Policy) cedar.PolicyID {
	id := "policy" + strconv.Itoa(i)
	if name, ok := p.Annotations()["id"]; ok {
		id += " " + string(name)
	}
	return cedar.PolicyID(id)
}

// Len is the number of policies.
func (d *Document) Len() int { return len(d.ordered) }

// String is the document as Cedar text.
func (d *Document) String() string {
	var b strings.Builder
	for i, p := range d.ordered {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.Write(p.MarshalCedar())
	}
	return b.String()
}

var place = regexp.MustCompile(`^(?:parse error at )?<input>:(\d+):(\d+):? ?(.*)$`)

// syntaxError takes the line and the column out of the parser's message.
func syntaxError(err error) *SyntaxError {
	reason := strings.TrimPrefix(err.Error(), "parser error: ")
	m := place.FindStringSubmatch(reason)
	if m == nil {
		return &SyntaxError{Reason: reason}
	}
	line, _ := strconv.Atoi(m[1])
	column, _ := strconv.Atoi(m[2])
	return &SyntaxError{Line: line, Column: column, Reason: m[3]}
}

// checkNesting counts brackets outside strings and comments.
func checkNesting(text string) error {
	depth, line, quoted := 0, 1, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n':
			line++
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '/' && strings.HasPrefix(text[i:], "//"):
			if end := strings.IndexByte(text[i:], '\n'); end >= 0 {
				i += end - 1
			} else {
				return nil
			}
		case c == '(' || c == '[' || c == '{':
			if depth++; depth > maxNesting {
				return &SyntaxError{Line: line, Column: 1, Reason: fmt.Sprintf("brackets are nested deeper than %d", maxNesting)}
			}
		case c == ')' || c == ']' || c == '}':
			depth--
		}
	}
	return nil
}
