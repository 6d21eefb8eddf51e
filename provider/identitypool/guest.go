package identitypool

import (
	"context"
	"encoding/base64"
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/secret"
)

// Guests cost a row each and need no proof, so new ones are rationed.
const (
	guestWindow     = time.Hour
	guestsByAddress = 100    // new guests from one address in a window
	guestsByPool    = 50_000 // new guests in one pool in a window
)

// guestHandle is the secret by which a guest is claimed again: the key's version,
// the identity's UUID and a MAC, so that it is verified without a read.
func guestHandle(k loginKeys, pool, identity string) string {
	id, version := poolUUID(identity), strconv.Itoa(k.Current)
	mac := secret.MAC(k.Keys[k.Current], purposeGuest, pool, id)
	return version + "." + id + "." + base64.RawURLEncoding.EncodeToString(mac)
}

// openGuestHandle returns the identity that a handle claims.
func openGuestHandle(k loginKeys, pool, handle string) (identity string, err *provider.Error) {
	bad := &provider.Error{Code: provider.CodeUnauthorized, Kind: "guest handle", Field: "guest_handle", Message: "The guest handle is not one of this identity pool."}
	version, rest, _ := strings.Cut(handle, ".")
	id, text, _ := strings.Cut(rest, ".")
	n, convErr := strconv.Atoi(version)
	mac, decodeErr := base64.RawURLEncoding.Strict().DecodeString(text)
	key := k.Keys[n]
	if convErr != nil || decodeErr != nil || key == nil || !secret.Equal(secret.MAC(key, purposeGuest, pool, id), mac) {
		return "", bad
	}
	region, _, _ := strings.Cut(pool, ":")
	return region + ":" + id, nil
}

// newGuest makes a guest, if the pool takes guests and no ration is used up.
func (s *Service) newGuest(ctx context.Context, p *openPool) (*provider.Identity, error) {
	if !p.Settings.AllowGuests {
		return nil, guestsOff()
	}
	pool := s.Store.IdentityPool(p.ID)
	guest := newIdentity(p, provider.IdentityGuest)
	err := s.Store.Tx(ctx, func(ctx context.Context) error {
		if key := addressKey(provider.ActorFrom(ctx).Address); key != "" {
			wait, err := pool.TakeTurn(ctx, "guest "+key, guestsByAddress, guestWindow)
			if err != nil || wait > 0 {
				return orThrottled(err, wait)
			}
		}
		wait, err := pool.TakeTurn(ctx, "guests", guestsByPool, guestWindow)
		if err != nil || wait > 0 {
			return orThrottled(err, wait)
		}
		if err := pool.CreateIdentity(ctx, guest); err != nil {
			return err
		}
		return s.Audit.Record(ctx, p.ID, "identity.create", audit.Success, "identity/"+guest.ID, map[string]string{"state": string(guest.State)})
	})
	if err != nil {
		return nil, fmt.Errorf("make a guest: %w", err)
	}
	return guest, nil
}

func guestsOff() *provider.Error {
	return &provider.Error{Code: provider.CodeForbidden, Kind: "guest", Message: "This identity pool takes no guests. Sign in first."}
}

// newIdentity names an identity. The id is random throughout, not made of the
// time: in the Cognito API a guest's id is all that claims it.
func newIdentity(p *openPool, state provider.IdentityState) *provider.Identity {
	region, _, _ := strings.Cut(p.ID, ":")
	return &provider.Identity{ID: region + ":" + uuid.NewString(), State: state}
}

func orThrottled(err error, wait time.Duration) error {
	if err != nil {
		return err
	}
	return &provider.Error{Code: provider.CodeThrottled, Kind: "guest", RetryAfter: int(math.Ceil(wait.Seconds())),
		Message: "Too many new guests. Use the guest handle that you have, or try again later."}
}

// addressKey groups IPv6 addresses by the /64 that one subscriber holds; empty
// for an unknown address.
func addressKey(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	return netip.PrefixFrom(a, 64).Masked().String()
}
