package api_test

import (
	"slices"
	"testing"

	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// The code flow brings refresh tokens by way of ExplicitAuthFlows alone, so that a client
// that leaves them out gets none.
func TestTheCodeFlowGrantsNoRefreshByItself(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		pool := w.pool()
		made := w.must(userPools+"CreateUserPoolClient", m{"UserPoolId": pool, "ClientName": "app", "AllowedOAuthFlows": []string{"code"}, "AllowedOAuthFlowsUserPoolClient": true,
			"AllowedOAuthScopes": []string{"openid"}, "CallbackURLs": []string{"https://app.example.com/cb"}, "ExplicitAuthFlows": []string{"ALLOW_USER_AUTH"}})
		c, err := st.Pool(pool).Client(t.Context(), made["UserPoolClient"].(map[string]any)["ClientId"].(string))
		if err != nil || !slices.Equal(c.Settings.GrantTypes, []string{"authorization_code"}) {
			t.Errorf("%v, %v", c.Settings.GrantTypes, err)
		}
	})
}
