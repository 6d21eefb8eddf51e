package api

import (
	"context"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/risk"
)

// workMember is where a proof of work travels in ClientMetadata.
const workMember = "cognate:work"

// GetWorkRequest is the input of GetWork.
type GetWorkRequest struct {
	ClientID string `json:"ClientId" shape:"ClientIdType,required"`
}

// GetWorkResponse is a puzzle. Its solution is Challenge, a colon and a text with which
// the SHA-256 of the whole begins with Bits zero bits. Needed says whether the pool
// wants one at all before it texts somebody unknown.
type GetWorkResponse struct {
	Needed    bool   `json:"Needed"`
	Challenge string `json:"Challenge"`
	Bits      int64  `json:"Bits"`
}

func (a *API) getWork(ctx context.Context, in *GetWorkRequest) (*GetWorkResponse, error) {
	p, _, err := a.Directory.PoolOfClient(ctx, in.ClientID)
	if err != nil {
		return nil, err
	}
	puzzle, err := a.Directory.Work().Puzzle(p.ID, in.ClientID)
	return &GetWorkResponse{a.Directory.WantsWork(p), puzzle.Challenge, int64(puzzle.Bits)}, err
}

// worked takes the proof of work that came with a call. One that is no solution is
// refused; none at all leaves the call without texts.
func (a *API) worked(ctx context.Context, p *provider.Pool, client string, metadata map[string]string) (context.Context, error) {
	solution := metadata[workMember]
	if solution == "" || !a.Directory.WantsWork(p) {
		return ctx, nil
	}
	challenge, _, _ := strings.Cut(solution, ":") // it has many solutions, and counts once
	t := risk.ForCall(client, challenge)
	return risk.WithWork(ctx, t), a.Directory.Work().Solve(ctx, p.ID, client, solution, t)
}

// workOperation is public, like what its solution is for.
func (a *API) workOperation() Operation {
	return read(Own, "GetWork", directory.Permission(""), a.getWork)
}
