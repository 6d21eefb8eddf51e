package store_test

import (
	"errors"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func TestDeviceTokenIsUsedOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		p, ctx := pool(t, st), t.Context()
		u := &provider.User{ID: "u", Username: "mika", Status: provider.UserConfirmed, Enabled: true}
		if err := p.CreateUser(ctx, u, []provider.UserName{{Key: "mika", Kind: "username"}}); err != nil {
			t.Fatal(err)
		}
		now := st.Now()
		for i, id := range []string{"r_1", "r_2", "r_3"} {
			d := &provider.Device{UserID: "u", ID: id, TokenHash: []byte(id), CreatedAt: now, LastUsedAt: now + provider.Time(i), ExpiresAt: now + 1e9}
			if err := p.AddDevice(ctx, d, 2); err != nil {
				t.Fatal(err)
			}
		}
		list, err := p.Devices(ctx, "u", "", 10)
		if err != nil || len(list) != 2 || list[0].ID != "r_3" || list[1].ID != "r_2" {
			t.Errorf("the least used did not go: %v, %v", list, err)
		}
		// Two have read the device, and each would put its own token in the old one's place.
		d, err := p.DeviceByToken(ctx, "u", [][]byte{[]byte("x"), []byte("r_3")})
		if err != nil {
			t.Fatal(err)
		}
		first, second := *d, *d
		first.TokenHash, second.TokenHash = []byte("first"), []byte("second")
		if err := p.UseDevice(ctx, &first, d.TokenHash); err != nil {
			t.Fatal(err)
		}
		if err := p.UseDevice(ctx, &second, d.TokenHash); !errors.Is(err, provider.ErrDeviceNotFound) {
			t.Errorf("the token was used twice: %v", err)
		}
		if _, err := p.DeviceByToken(ctx, "somebody else", [][]byte{[]byte("first")}); !errors.Is(err, provider.ErrDeviceNotFound) {
			t.Errorf("another user's token: %v", err)
		}
	})
}
