package identitypool

import (
	"regexp"
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

// roleARN begins every role's name in the form that Cognito's shapes ask for.
// The account is always 0: there is one installation.
const roleARN = "arn:cognate:iam::0:role/"

var roleName = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)

// RoleARN names a role: arn:cognate:iam::0:role/<UUID of the identity pool>/<name>.
func RoleARN(pool, name string) string { return roleARN + poolUUID(pool) + "/" + name }

// RoleName takes a role's name out of its ARN. It reports false where the ARN is
// not that of a role of the pool.
func RoleName(pool, arn string) (string, bool) {
	name, ok := strings.CutPrefix(arn, roleARN+poolUUID(pool)+"/")
	return name, ok && roleName.MatchString(name)
}

func poolUUID(pool string) string {
	_, id, _ := strings.Cut(pool, ":")
	return id
}

// foreignARN explains what is wrong with a role's ARN.
func foreignARN(field, pool, arn string) *provider.Error {
	return provider.Invalid(field, "%q is no role of this identity pool; its roles are %s<name>.", arn, RoleARN(pool, ""))
}
