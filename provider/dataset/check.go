package dataset

import (
	"strings"
	"unicode/utf8"

	"github.com/cognate-idp/cognate/provider"
)

// maxMergedName bounds the names that merging makes, "name.identity" and that
// again, which may be longer than what a client may choose.
const maxMergedName = 1024

// checkName takes [a-zA-Z0-9_.:-]+ (the DatasetName of Cognito Sync's model). A
// name of dots alone would not survive in a path.
func checkName(name string) error {
	own := name
	for {
		i := strings.LastIndexByte(own, '.')
		if i <= 0 || !isIdentity(own[i+1:]) {
			break
		}
		own = own[:i]
	}
	switch {
	case name == "" || len(own) > MaxName || len(name) > maxMergedName:
		return provider.Invalid("DatasetName", "A dataset's name has 1 to %d characters.", MaxName)
	case strings.Trim(name, ".") == "" || strings.ContainsFunc(name, func(c rune) bool { return !nameRune(c) }):
		return provider.Invalid("DatasetName", "A dataset's name holds letters, digits, '_', '.', ':' and '-' alone.")
	}
	return nil
}

func nameRune(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("_.:-", c)
}

// isIdentity tells the region:uuid of an identity from the end of another name.
func isIdentity(s string) bool {
	region, id, ok := strings.Cut(s, ":")
	return ok && region != "" && len(id) == 36 && strings.Trim(id, "0123456789abcdef-") == "" && id[8] == '-' && id[13] == '-'
}

// checkPatches looks at each patch alone and at what they are together.
func checkPatches(patches []provider.Patch) error {
	if len(patches) > MaxRecords {
		return provider.Invalid("RecordPatches", "A batch has at most %d patches.", MaxRecords)
	}
	seen := make(map[string]bool, len(patches))
	for _, p := range patches {
		if err := checkPatch(p); err != nil {
			return err
		}
		if seen[p.Key] {
			return provider.Invalid("RecordPatches", "The key %q comes twice in one batch.", p.Key)
		}
		seen[p.Key] = true
	}
	return nil
}

func checkPatch(p provider.Patch) error {
	switch {
	case p.Key == "" || utf8.RuneCountInString(p.Key) > MaxKey:
		return provider.Invalid("Key", "A key has 1 to %d characters.", MaxKey)
	case !text(p.Key):
		return provider.Invalid("Key", "A key is UTF-8 text without NUL.")
	case !text(p.Value):
		return provider.Invalid("Value", "A value is UTF-8 text without NUL.")
	case p.Remove && p.Value != "":
		return provider.Invalid("Value", "A removed record has no value.")
	case p.Base < 0:
		return provider.Invalid("SyncCount", "A sync count is not negative.")
	case p.DeviceModifiedAt < 0:
		return provider.Invalid("DeviceLastModifiedDate", "A date is not before 1970.")
	case p.Size() > MaxBytes:
		return &provider.Error{Code: provider.CodeLimit, Kind: "dataset", Message: "A key and its value have at most 1 MB."}
	}
	return nil
}

// text tells what both databases keep as it is.
func text(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }
