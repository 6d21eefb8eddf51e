package api

import (
	"context"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/directory"
)

// authEvents are the entries of the trail that Cognito counts as sign-in activity, in
// its words.
func authEvents() map[string]string {
	return map[string]string{
		"signin.success": "SignIn", "signin.failure": "SignIn",
		directory.UserSignUp: "SignUp", directory.UserPasswordReset: "ForgotPassword", directory.UserChangePassword: "PasswordChange",
	}
}

func (a *API) adminListUserAuthEvents(ctx context.Context, in *AdminListUserAuthEventsRequest) (*AdminListUserAuthEventsResponse, error) {
	u, err := a.Directory.FindUser(ctx, in.UserPoolID, in.Username)
	if err != nil {
		return nil, err
	}
	var actions []string
	for action := range authEvents() {
		actions = append(actions, action)
	}
	slices.Sort(actions)
	events, next, err := page(size(in.MaxResults), in.NextToken,
		func(before string, n int) ([]provider.Event, error) {
			return a.Directory.Store.EventsOf(ctx, in.UserPoolID, "user/"+u.ID, actions, before, n)
		},
		func(e *provider.Event) string { return e.ID })
	if err != nil {
		return nil, err
	}
	return &AdminListUserAuthEventsResponse{NextToken: next, AuthEvents: each(events, authEvent)}, nil
}

func authEvent(e *provider.Event) AuthEventType {
	agent := provider.AgentOf(e.UserAgent)
	name := strings.TrimSpace(agent.Browser + " " + agent.System)
	if agent.Browser != "" && agent.System != "" {
		name = agent.Browser + " on " + agent.System
	}
	return AuthEventType{
		EventID: e.ID, EventType: authEvents()[e.Action], CreationDate: Timestamp(e.At),
		EventResponse:      either(e.Outcome == audit.Success, "Pass", "Fail"),
		ChallengeResponses: challengeResponses(e), EventContextData: &EventContextDataType{IPAddress: e.Address, DeviceName: name},
		AuthenticationMethods: strings.Fields(e.Detail["amr"]), Reason: e.Detail["reason"], LockedFor: e.Detail["locked"],
		Device: e.Detail["spared_by"], Provider: e.Detail["provider"], ClientID: e.Detail["client"],
	}
}

// challengeResponses tells the first and second proof apart, as Cognito does. Whoever
// fails for another reason than a wrong answer has answered rightly: the user is
// looked at only then.
func challengeResponses(e *provider.Event) []ChallengeResponseType {
	if e.Action != "signin.success" && e.Action != "signin.failure" {
		return nil
	}
	methods, reason := strings.Fields(e.Detail["amr"]), e.Detail["reason"]
	var out []ChallengeResponseType
	wrongSecond := reason == "wrong_second_factor"
	wrongFirst := strings.HasPrefix(reason, "wrong_") && !wrongSecond || reason == "copied_passkey" || reason == "challenge_failed"
	if wrongFirst || e.Detail["provider"] == "" {
		out = append(out, ChallengeResponseType{"Password", either(wrongFirst, "Failure", "Success")})
	}
	if wrongSecond || slices.Contains(methods, "mfa") {
		out = append(out, ChallengeResponseType{"Mfa", either(wrongSecond, "Failure", "Success")})
	}
	return out
}
