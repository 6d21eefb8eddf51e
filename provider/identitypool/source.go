package identitypool

import (
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

// The kinds of provider whose tokens an identity pool takes.
const (
	KindPool = "pool" // one of our own user pools
	KindOIDC = "oidc" // any OpenID Connect issuer
)

// UserPoolSource names one of our own user pools as a provider. name is as the
// administrative API has it: cognito-idp.<region>.amazonaws.com/<pool id>, or
// the pool's issuer with or without its scheme; it ends in the pool's id.
func UserPoolSource(name string, clients ...string) provider.IdentitySource {
	return provider.IdentitySource{
		Kind: KindPool, Name: withoutScheme(name), PoolID: name[strings.LastIndexByte(name, '/')+1:], Audiences: clients,
	}
}

// OIDCSource names an OpenID Connect issuer as a provider, with or without its
// scheme; https unless given. audiences are the client ids whose ID tokens the
// identity pool takes.
func OIDCSource(issuer string, audiences ...string) provider.IdentitySource {
	full := issuer
	if !strings.Contains(issuer, "://") {
		full = "https://" + issuer
	}
	return provider.IdentitySource{Kind: KindOIDC, Name: withoutScheme(issuer), Issuer: full, Audiences: audiences}
}

func withoutScheme(name string) string {
	if _, rest, ok := strings.Cut(name, "://"); ok {
		return rest
	}
	return name
}

// named reports whether a key of Logins or RoleMappings means this provider. Our
// own pools are known by their id, which every form of their name ends in.
func named(src *provider.IdentitySource, key string) bool {
	key = withoutScheme(key)
	if src.Kind == KindPool {
		return key[strings.LastIndexByte(key, '/')+1:] == src.PoolID
	}
	return key == src.Name
}
