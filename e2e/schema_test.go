package e2e

import (
	"testing"

	"github.com/cognate-idp/cognate/e2e/browser"
)

// TestSchemaChangesUnderItsUsers adds an attribute to a pool that lives, demands it,
// and asks a user for it at the next sign-in; a retired one is asked of nobody.
func TestSchemaChangesUnderItsUsers(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		eachLook(t, func(t *testing.T, name string, look browser.Look) {
			k := w.tenant(t, nil)
			k.user(t, "una")
			p := w.browser.Open(t, look)
			k.signIn(p, "una", firstPassword)
			in(p)
			k.administer(t, "AddCustomAttributes", map[string]any{"CustomAttributes": []map[string]any{
				{"Name": "shoe_size", "AttributeDataType": "Number", "NumberAttributeConstraints": map[string]string{"MinValue": "15", "MaxValue": "60"}},
			}})
			k.signIn(p, "una", firstPassword)
			in(p)
			for _, attribute := range []string{"custom:shoe_size", "given_name"} {
				k.administer(t, "Cognate.UpdateAttribute", map[string]any{"AttributeName": attribute, "Required": true})
			}
			k.signIn(p, "una", firstPassword)
			p.See("#continue")
			p.AssertAccessible("what the pool wants to know")
			p.Fill("[name='attr.given_name']", "Una")
			p.Fill("[name='attr.custom:shoe_size']", "7")
			browser.Eval[bool](p, "(document.querySelector('main form').noValidate = true)")
			p.Click("#continue")
			p.See("[aria-invalid=true]")
			p.AssertAccessible("a value out of bounds")
			p.Fill("[name='attr.custom:shoe_size']", "41")
			p.Click("#continue")
			in(p)
			k.signIn(p, "una", firstPassword)
			in(p)

			k.administer(t, "Cognate.RetireAttribute", map[string]any{"AttributeName": "custom:shoe_size"})
			k.user(t, "ulf", "given_name", "Ulf")
			k.signIn(p, "ulf", firstPassword)
			in(p)
			quiet(t, p)
		})
	})
}
