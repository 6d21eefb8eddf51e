package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const issuer = "https://id.example.com/us-east-1_AbCdEfGhI"

var generated = sync.OnceValues(func() (map[Algorithm]crypto.Signer, error) {
	keys := map[Algorithm]crypto.Signer{}
	for _, algorithm := range []Algorithm{ES256, RS256, EdDSA} {
		private, err := algorithm.Generate(nil)
		if err != nil {
			return nil, err
		}
		keys[algorithm] = private
	}
	return keys, nil
})

func key(t testing.TB, algorithm Algorithm, state State) *Key {
	t.Helper()
	privates, err := generated()
	if err != nil {
		t.Fatal(err)
	}
	k, err := NewKey(algorithm, state, privates[algorithm])
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func keySet(t testing.TB, keys ...*Key) *KeySet {
	t.Helper()
	set, err := NewKeySet(keys)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func claims(now time.Time, more string) []byte {
	body := map[string]any{"iss": issuer, "sub": "alice", "aud": []string{"app", "api"}, "token_use": "access",
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix()}
	if more != "" {
		if err := json.Unmarshal([]byte(more), &body); err != nil {
			panic(err)
		}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return raw
}

func TestSignAndVerify(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	for _, algorithm := range []Algorithm{ES256, RS256, EdDSA} {
		set := keySet(t, key(t, algorithm, Active))
		for range 200 { // ECDSA's integers vary in length
			compact, err := set.Sign(algorithm, TypeAccess, claims(now, ""))
			if err != nil {
				t.Fatal(err)
			}
			got, err := set.Verify(compact, Expect{Issuer: issuer, Use: UseAccess, Audience: "api", Now: now})
			if err != nil {
				t.Fatalf("%s: %v", algorithm, err)
			}
			if got.Subject != "alice" || got.ExpiresAt.Time() != now.Add(time.Hour) {
				t.Fatalf("claims came back as %+v", got)
			}
			if algorithm == RS256 {
				break
			}
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	es := key(t, ES256, Active)
	rs := key(t, RS256, Active)
	set := keySet(t, es, rs)
	sign := func(typ Type, more string) string {
		compact, err := set.Sign(ES256, typ, claims(now, more))
		if err != nil {
			t.Fatal(err)
		}
		return compact
	}
	forge := func(header string, mac func(input string) []byte) string {
		b64 := base64.RawURLEncoding.EncodeToString
		input := b64([]byte(header)) + "." + b64(claims(now, ""))
		return input + "." + b64(mac(input))
	}
	good := sign(TypeAccess, "")
	parts := strings.Split(good, ".")
	rsaPublic, err := newJWK(rs.Private.Public())
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := ES256.Generate(nil)
	if err != nil {
		t.Fatal(err)
	}
	strangerKey, err := NewKey(ES256, Active, stranger)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := keySet(t, strangerKey).Sign(ES256, TypeAccess, claims(now, ""))
	if err != nil {
		t.Fatal(err)
	}
	strangerSigns := func(input string) []byte {
		signature, err := sign2(stranger, input)
		if err != nil {
			t.Fatal(err)
		}
		return signature
	}

	for name, compact := range map[string]string{
		"empty":                "",
		"no dots":              "abc",
		"two parts":            parts[0] + "." + parts[1],
		"four parts":           good + ".x",
		"a JWE":                strings.Repeat("a.", 4) + "a",
		"too long":             good + strings.Repeat("A", maxCompact),
		"no signature":         parts[0] + "." + parts[1] + ".",
		"changed payload":      parts[0] + "." + base64.RawURLEncoding.EncodeToString(claims(now, `{"sub":"mallory"}`)) + "." + parts[2],
		"padded base64":        good + "=",
		"loose base64":         good[:len(good)-1] + loosen(good[len(good)-1]),
		"another issuer's key": foreign,
		"alg none":             forge(`{"alg":"none","kid":"`+es.ID+`","typ":"at+jwt"}`, func(string) []byte { return nil }),
		"the RSA key as an HMAC secret": forge(`{"alg":"HS256","kid":"`+rs.ID+`","typ":"at+jwt"}`, func(input string) []byte {
			mac := hmac.New(sha256.New, []byte(rsaPublic.N))
			mac.Write([]byte(input))
			return mac.Sum(nil)
		}),
		"another algorithm for a known key": forge(`{"alg":"RS256","kid":"`+es.ID+`","typ":"at+jwt"}`, strangerSigns),
		"jku":                               forge(`{"alg":"ES256","jku":"https://evil.example/jwks","kid":"`+es.ID+`","typ":"at+jwt"}`, strangerSigns),
		"its own jwk":                       forge(`{"alg":"ES256","jwk":{},"kid":"`+es.ID+`","typ":"at+jwt"}`, strangerSigns),
		"crit":                              forge(`{"alg":"ES256","crit":["b64"],"kid":"`+es.ID+`","typ":"at+jwt"}`, strangerSigns),
		"no kid":                            forge(`{"alg":"ES256","typ":"at+jwt"}`, strangerSigns),
		"a path as kid":                     forge(`{"alg":"ES256","kid":"../../dev/null","typ":"at+jwt"}`, strangerSigns),
		"an ID token":                       sign(TypeJWT, `{"token_use":"id"}`),
		"an ID token without typ":           sign(TypeNone, `{"token_use":"id"}`),
		"an ID token that says access":      sign(TypeJWT, ""),
		"a logout token":                    sign(TypeLogout, `{"token_use":"logout"}`),
		"no use":                            sign(TypeAccess, `{"token_use":null}`),
		"another issuer":                    sign(TypeAccess, `{"iss":"https://id.example.com/us-east-1_OtherPool"}`),
		"another audience":                  sign(TypeAccess, `{"aud":"other"}`),
		"an audience of numbers":            sign(TypeAccess, `{"aud":[1]}`),
		"no exp":                            sign(TypeAccess, `{"exp":null}`),
		"a huge exp":                        sign(TypeAccess, `{"exp":1e300}`),
		"an exp of text":                    sign(TypeAccess, `{"exp":"soon"}`),
		"expired":                           sign(TypeAccess, `{"exp":1799999999}`),
		"not yet":                           sign(TypeAccess, `{"nbf":1800000060}`),
		"from the future":                   sign(TypeAccess, `{"iat":1800000060}`),
	} {
		got, err := set.Verify(compact, Expect{Issuer: issuer, Use: UseAccess, Audience: "api", Now: now})
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: answered %v", name, err)
		}
		if expired := errors.Is(err, ErrExpired); expired != (name == "expired") || expired != (got != nil) {
			t.Errorf("%s: claims %v, %v", name, got, err)
		}
	}
	if _, err := set.Verify(good, Expect{Use: UseAccess, Now: now}); !errors.Is(err, ErrInvalid) {
		t.Errorf("no expected issuer: %v", err)
	}
}

// loosen sets a bit that base64url's last character does not need.
func loosen(c byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(alphabet[strings.IndexByte(alphabet, c)|1])
}

func sign2(private crypto.Signer, input string) ([]byte, error) { return sign(private, []byte(input)) }

func TestRotationKeepsOldTokensValid(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	second, err := ES256.Generate(nil)
	if err != nil {
		t.Fatal(err)
	}
	next, err := NewKey(ES256, Next, second)
	if err != nil {
		t.Fatal(err)
	}
	before := keySet(t, key(t, ES256, Active), next)
	old, err := before.Sign(ES256, TypeAccess, claims(now, ""))
	if err != nil {
		t.Fatal(err)
	}
	promoted := *next
	promoted.State = Active
	after := keySet(t, key(t, ES256, Retired), &promoted)
	fresh, err := after.Sign(ES256, TypeAccess, claims(now, ""))
	if err != nil {
		t.Fatal(err)
	}
	want := Expect{Issuer: issuer, Use: UseAccess, Now: now}
	for _, set := range []*KeySet{before, after} {
		for _, compact := range []string{old, fresh} {
			if _, err := set.Verify(compact, want); err != nil {
				t.Error(err)
			}
		}
	}
	if fresh[:strings.IndexByte(fresh, '.')] == old[:strings.IndexByte(old, '.')] {
		t.Error("the new key is not used")
	}
	if before.ETag() != after.ETag() {
		t.Error("promoting a published key changed the key set document")
	}
}

// A token that was found good once is still judged anew by everything that can
// change: the key set, the time, what is expected.
func TestRememberedTokensAreJudgedAnew(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	set := keySet(t, key(t, ES256, Active))
	compact, err := set.Sign(ES256, TypeAccess, claims(now, ""))
	if err != nil {
		t.Fatal(err)
	}
	want := Expect{Issuer: issuer, Use: UseAccess, Now: now}
	for range 2 {
		if _, err := set.Verify(compact, want); err != nil {
			t.Fatal(err)
		}
	}
	without := keySet(t, key(t, EdDSA, Active))
	without.verified = set.verified
	if _, err := without.Verify(compact, want); !errors.Is(err, ErrInvalid) {
		t.Errorf("the key is gone, and the token: %v", err)
	}
	late, other, use := want, want, want
	late.Now, other.Issuer, use.Use = now.Add(2*time.Hour), "https://other.example", UseCredential
	for _, want := range []Expect{late, other, use} {
		if _, err := set.Verify(compact, want); !errors.Is(err, ErrInvalid) {
			t.Errorf("%+v: %v", want, err)
		}
	}
	for i := range maxVerified + 10 {
		set.verified.put([32]byte{byte(i), byte(i >> 8)}, &Claims{})
	}
	if n := len(set.verified.known); n > maxVerified {
		t.Errorf("remembers %d tokens", n)
	}
}

// RFC 7515 appendix A.3 and RFC 8037 appendix A.4: other people's signatures.
func TestPublishedSignatures(t *testing.T) {
	t.Parallel()
	decode := func(s string) []byte {
		raw, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	point := slices.Concat([]byte{4}, decode("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"), decode("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"))
	ec, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		t.Fatal(err)
	}
	ed := ed25519.PublicKey(decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"))
	for _, v := range []struct {
		name             string
		public           crypto.PublicKey
		input, signature string
	}{
		{"RFC 7515 A.3", ec, "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
			"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
		{"RFC 8037 A.4", ed, "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
			"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"},
	} {
		if err := verify(v.public, []byte(v.input), decode(v.signature)); err != nil {
			t.Errorf("%s: %v", v.name, err)
		}
		if err := verify(v.public, []byte(v.input+"x"), decode(v.signature)); err == nil {
			t.Errorf("%s: verifies other input", v.name)
		}
	}
}

// RFC 7638 section 3.1 and RFC 8037 appendix A.3.
func TestPublishedThumbprints(t *testing.T) {
	t.Parallel()
	n, err := base64.RawURLEncoding.DecodeString("0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw")
	if err != nil {
		t.Fatal(err)
	}
	x, err := base64.RawURLEncoding.DecodeString("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
	if err != nil {
		t.Fatal(err)
	}
	for want, public := range map[string]crypto.PublicKey{
		"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs": &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537},
		"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k": ed25519.PublicKey(x),
	} {
		if got, err := thumbprint(public); err != nil || got != want {
			t.Errorf("thumbprint %s, want %s (%v)", got, want, err)
		}
	}
}

func TestKeySetDocument(t *testing.T) {
	t.Parallel()
	set := keySet(t, key(t, ES256, Active), key(t, RS256, Next), key(t, EdDSA, Retired))
	var document struct{ Keys []map[string]string }
	if err := json.Unmarshal(set.JWKS(), &document); err != nil {
		t.Fatal(err)
	}
	if len(document.Keys) != 3 {
		t.Fatalf("published %d keys of 3", len(document.Keys))
	}
	for _, k := range document.Keys {
		if k["kid"] == "" || k["alg"] == "" || k["use"] != "sig" || k["d"] != "" || k["p"] != "" {
			t.Errorf("published %v", k)
		}
	}
	if empty := keySet(t); string(empty.JWKS()) != `{"keys":[]}` {
		t.Errorf("an empty set is %s", empty.JWKS())
	}
}

func TestKeysThatDoNotFit(t *testing.T) {
	t.Parallel()
	privates, err := generated()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewKey(RS256, Active, privates[ES256]); err == nil {
		t.Error("an EC key was taken for RS256")
	}
	if _, err := NewKeySet([]*Key{key(t, ES256, Active), key(t, ES256, Active)}); err == nil {
		t.Error("two active keys were accepted")
	}
	if _, err := keySet(t, key(t, ES256, Next)).Sign(ES256, TypeJWT, []byte("{}")); err == nil {
		t.Error("signed with a key that is not active")
	}
	if _, err := Algorithm("HS256").Generate(nil); err == nil {
		t.Error("made a symmetric key")
	}
}

func TestPrivateKeysRoundTrip(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []Algorithm{ES256, RS256, EdDSA} {
		k := key(t, algorithm, Active)
		raw, err := k.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		private, err := ParsePrivate(raw)
		if err != nil {
			t.Fatal(err)
		}
		again, err := NewKey(algorithm, Active, private)
		if err != nil || again.ID != k.ID {
			t.Errorf("%s came back as %v, %v", algorithm, again, err)
		}
	}
	if _, err := ParsePrivate([]byte("nonsense")); err == nil {
		t.Error("read nonsense as a key")
	}
}

func FuzzVerify(f *testing.F) {
	now := time.Unix(1_800_000_000, 0)
	set := keySet(f, key(f, ES256, Active))
	compact, err := set.Sign(ES256, TypeAccess, claims(now, ""))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(compact)
	f.Add("..")
	f.Add(compact[:strings.IndexByte(compact, '.')] + "..")
	f.Fuzz(func(t *testing.T, other string) {
		if _, err := set.Verify(other, Expect{Issuer: issuer, Use: UseAccess, Now: now}); err == nil && other != compact {
			t.Errorf("accepted %q", other)
		}
	})
}

func BenchmarkSign(b *testing.B) {
	payload := claims(time.Now(), "")
	for _, algorithm := range []Algorithm{ES256, RS256, EdDSA} {
		set := keySet(b, key(b, algorithm, Active))
		b.Run(string(algorithm), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := set.Sign(algorithm, TypeAccess, payload); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	now := time.Now()
	for _, algorithm := range []Algorithm{ES256, RS256, EdDSA} {
		set := keySet(b, key(b, algorithm, Active))
		compact, err := set.Sign(algorithm, TypeAccess, claims(now, ""))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(string(algorithm), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := set.Verify(compact, Expect{Issuer: issuer, Use: UseAccess, Now: now}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
