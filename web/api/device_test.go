package api_test

import (
	"context"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// device has a user sign in from a browser and answers the device's key.
func (w *world) device(pool, name string) string {
	w.t.Helper()
	u, err := w.directory.FindUser(w.t.Context(), pool, name)
	if err != nil {
		w.t.Fatal(err)
	}
	ctx := provider.WithActor(w.t.Context(), provider.Actor{Address: "203.0.113.7", UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"})
	p := &provider.Pool{ID: pool, Settings: provider.PoolSettings{Devices: provider.DeviceSettings{Remember: "always"}}}
	var kept *factor.Kept
	err = w.store.Tx(ctx, func(tx context.Context) error {
		var err error
		kept, err = w.api.Factors.KeepDevice(tx, p, factor.Use{UserID: u.ID, At: w.store.Now()}, secret.Token())
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return kept.ID
}

// A device belongs to its user: whoever is named beside it, nobody else's is shown,
// changed or forgotten.
func TestDevicesAreTheirUsersOwn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		pool := w.pool()
		for _, name := range []string{"alice", "bob"} {
			w.must(userPools+"AdminCreateUser", m{"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS"})
		}
		keys := map[string]bool{}
		for range 3 {
			keys[w.device(pool, "alice")] = true
		}
		in := m{"UserPoolId": pool, "Username": "alice", "Limit": 2}
		first := w.must(userPools+"AdminListDevices", in)
		in["PaginationToken"] = first["PaginationToken"]
		for _, d := range append(first["Devices"].([]any), w.must(userPools+"AdminListDevices", in)["Devices"].([]any)...) {
			key := d.(m)["DeviceKey"].(string)
			if !keys[key] {
				t.Errorf("%s is twice in the list, or not alice's", key)
			}
			delete(keys, key)
			for operation, more := range map[string]string{"AdminGetDevice": "", "AdminUpdateDeviceStatus": "remembered", "AdminForgetDevice": ""} {
				in := m{"UserPoolId": pool, "Username": "bob", "DeviceKey": key}
				if more != "" {
					in["DeviceRememberedStatus"] = more
				}
				if a := w.call(w.owner, userPools+operation, in); a.kind() != "ResourceNotFoundException" {
					t.Errorf("%s of another's device: %s", operation, a.raw)
				}
			}
		}
		if len(keys) > 0 {
			t.Errorf("not in the list: %v", keys)
		}
	})
}
