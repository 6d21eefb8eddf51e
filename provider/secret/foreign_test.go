package secret_test

import (
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider/secret"
)

// foreign are known answers: from the specifications and the projects that defined a
// form, and of "kæse & brot 42" from Python's bcrypt 4.0, argon2-cffi 25.1,
// passlib 1.7 and Django 5.2.
var foreign = []struct{ kind, password, hash string }{
	{"bcrypt", "U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
	{"bcrypt", meal, "$2b$05$5mVsUj2zZW1xpv1VwWBzEe6jX1lF0WA3UoaXBvekGKtlpD1UkuQty"},
	{"bcrypt", meal, "$2a$05$NkqqueXTESYOxmImTxwp2OZwqj/1mK484o9sNyrTxDdme0mZVKBLC"},
	{"bcrypt", meal, "$2y$05$fCCAvwnKP7tG8s650EpzeeXW7uV.8EUl4.1WhrG1tYZzDXlM1U9gq"},
	{"bcrypt", strings.Repeat("x", 80), "$2b$05$HIRGkuMDDQixSD/AF/fpU.P2ngdwEse78HE38/9WM8lLtSAXsAaWW"}, // cut at 72
	{"argon2i", meal, "$argon2i$v=19$m=512,t=2,p=2$c2Vhc2FsdC1vZi1vdXJz$E/HbTqr/x1n76n29LHty7rU5Z2m5WhzUTrLs7LwhCQU"},
	{"argon2id", meal, "$argon2id$v=19$m=512,t=2,p=2$c2Vhc2FsdC1vZi1vdXJz$M8LDAb/VasXCf3Q4Veu9l9K/E8O2I1a/RxQFeIu2WSo"},
	{"scrypt", meal, "$scrypt$ln=10,r=8,p=2$zFlLaW0tZaxVynmP8d6bUw$4+wI/rIru5RFjSAgod56nVmr36F6WJDLt9fsYoOfXro"},
	// RFC 7914 section 12, the second.
	{"scrypt", "password", "$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA"},
	{"firebase-scrypt", "user1password", "$firebase-scrypt$ln=14,r=8$42xEC+ixf3L2lw==$Bw==" +
		"$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==" +
		"$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ=="},
	{"pbkdf2", meal, "$pbkdf2-sha256$1200$tRaitPZ.T4nx3nvPWQshRA$MzgaOHMw2JIGzSt7kk40cboEXqZFP9YOx/oYsuXxbCQ"},
	{"pbkdf2", meal, "$pbkdf2-sha256$i=1200$tRaitPZ+T4nx3nvPWQshRA$MzgaOHMw2JIGzSt7kk40cboEXqZFP9YOx/oYsuXxbCQ"},
	{"pbkdf2", meal, "$pbkdf2-sha512$1200$FgIAYCwFYIxxLoVwrtWa0w$ksnRv8GoavtbTfXK7Wr.p6Gzb18qbFq3uxJoVKARntZarodK3FP5AQ5E1h3u0i4OuhmInAFxjhabVCRZX8cmLQ"},
	{"pbkdf2", meal, "$pbkdf2$1200$JuRc672XkjImhNBaC0FoTQ$r.Hlxd9lPAG9jud6ILtqWNuG.q4"},
	{"pbkdf2", meal, "pbkdf2_sha256$1500$seasalt$BopiErN1ZDiIokm1RZuKNiRf1E54E+i7w88ewyxgpgw="},
	{"pbkdf2", meal, "pbkdf2_sha1$1500$seasalt$LH2zGjrOBGagmAbBRE8tiAQi110="},
	// RFC 6070 section 2, the third.
	{"pbkdf2", "password", "$pbkdf2-sha1$i=4096$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE"},
}

const meal = "kæse & brot 42"

func TestHashesOfOtherSystems(t *testing.T) {
	t.Parallel()
	h := hasher(t, secret.DefaultParams, 2, 8)
	for _, v := range foreign {
		if kind, err := secret.HashKind(v.hash); kind != v.kind || err != nil {
			t.Errorf("%s is taken for %q, %v", v.hash, kind, err)
		}
		if ok, stale, err := h.Verify(t.Context(), v.hash, v.password); !ok || !stale || err != nil {
			t.Errorf("%s: ok=%v stale=%v err=%v", v.hash, ok, stale, err)
		}
		if ok, stale, err := h.Verify(t.Context(), v.hash, "not "+v.password); ok || stale || err != nil {
			t.Errorf("%s with another password: ok=%v stale=%v err=%v", v.hash, ok, stale, err)
		}
	}
}
