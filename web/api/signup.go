package api

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
)

// The operations here are public: an app client's id says which pool is meant, and
// where the client has a secret, a hash keyed with it says that the client asks.

func (a *API) signUp(ctx context.Context, in *SignUpRequest) (*SignUpResponse, error) {
	p, c, err := a.Directory.Calling(ctx, in.ClientID, in.Username, in.SecretHash)
	if err != nil {
		return nil, err
	}
	if ctx, err = a.worked(ctx, p, in.ClientID, in.ClientMetadata); err != nil {
		return nil, err
	}
	u, err := a.Directory.SignUp(ctx, p, directory.SignUp{
		Username: in.Username, Password: in.Password, Attributes: attributes(in.UserAttributes), Client: c,
	})
	if err != nil {
		return nil, err
	}
	out := &SignUpResponse{UserSub: u.ID}
	if to := a.Directory.SignUpDelivery(p, u); to != nil {
		out.CodeDeliveryDetails = delivery(*to)
	}
	return out, nil
}

func (a *API) confirmSignUp(ctx context.Context, in *ConfirmSignUpRequest) error {
	p, _, err := a.Directory.Calling(ctx, in.ClientID, in.Username, in.SecretHash)
	if err != nil {
		return err
	}
	_, err = a.Directory.ConfirmSignUp(ctx, p, in.Username, in.ConfirmationCode, in.ForceAliasCreation)
	return err
}

func (a *API) resendConfirmationCode(ctx context.Context, in *CodeRequest) (*CodeResponse, error) {
	return a.code(ctx, in, provider.CodeSignUp, a.Directory.ResendCode)
}

func (a *API) adminResendConfirmationCode(ctx context.Context, in *AdminUserRequest) (*CodeResponse, error) {
	to, err := a.Directory.ResendByOperator(ctx, in.UserPoolID, in.Username)
	if err != nil {
		return nil, err
	}
	return &CodeResponse{delivery(*to)}, nil
}

func (a *API) forgotPassword(ctx context.Context, in *CodeRequest) (*CodeResponse, error) {
	return a.code(ctx, in, provider.CodeResetPassword, a.Directory.ForgotPassword)
}

// code asks for a code and says where one would go. Somebody unknown is answered
// like anybody, unless the client wants to be told.
func (a *API) code(ctx context.Context, in *CodeRequest, purpose provider.CodePurpose, ask func(context.Context, *provider.Pool, string) error) (*CodeResponse, error) {
	p, c, err := a.Directory.Calling(ctx, in.ClientID, in.Username, in.SecretHash)
	if err != nil {
		return nil, err
	}
	if ctx, err = a.worked(ctx, p, in.ClientID, in.ClientMetadata); err == nil {
		p, err = a.Directory.Texting(ctx, p) // so that the answer names where the code goes
	}
	if err != nil {
		return nil, err
	}
	to, known, err := a.Directory.CodeDestination(ctx, p, in.Username, purpose)
	if err != nil {
		return nil, err
	}
	if !known && c.Settings.RevealUnknownUsers {
		return nil, provider.ErrUserNotFound
	}
	if err := ask(ctx, p, in.Username); err != nil {
		return nil, err
	}
	return &CodeResponse{delivery(to)}, nil
}

func delivery(to directory.Delivery) *CodeDeliveryDetailsType {
	out := &CodeDeliveryDetailsType{Destination: to.Destination, DeliveryMedium: "EMAIL", AttributeName: to.Channel.Attribute()}
	if to.Channel == provider.BySMS {
		out.DeliveryMedium = "SMS"
	}
	return out
}

func (a *API) confirmForgotPassword(ctx context.Context, in *ConfirmForgotPasswordRequest) error {
	p, _, err := a.Directory.Calling(ctx, in.ClientID, in.Username, in.SecretHash)
	if err != nil {
		return err
	}
	_, err = a.Directory.ConfirmForgotPassword(ctx, p, in.Username, in.ConfirmationCode, in.Password)
	return err
}

func (a *API) adminResetUserPassword(ctx context.Context, in *AdminUserRequest) error {
	return a.Directory.ResetPassword(ctx, in.UserPoolID, in.Username)
}
