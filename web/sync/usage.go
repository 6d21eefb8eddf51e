package sync

import (
	"net/http"

	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
)

type identityUsageResponse struct {
	IdentityUsage identityUsage
}

type identityUsage struct {
	IdentityID       string `json:"IdentityId"`
	IdentityPoolID   string `json:"IdentityPoolId"`
	LastModifiedDate date   `json:",omitzero"`
	DatasetCount     int64
	DataStorage      int64
}

func (d *Door) describeIdentityUsage(w http.ResponseWriter, r *http.Request, c *caller) error {
	who, err := d.owner(r, c, policy.ListDatasets, directory.IdentityRead)
	if err != nil {
		return err
	}
	u, err := d.Datasets.Usage(r.Context(), who)
	if err != nil {
		return err
	}
	return answer(w, identityUsageResponse{identityUsage{
		IdentityID: who.IdentityID, IdentityPoolID: who.PoolID,
		LastModifiedDate: date(u.ModifiedAt), DatasetCount: u.Datasets, DataStorage: u.Bytes,
	}})
}

// poolUsage is the shape IdentityPoolUsage without SyncSessionsCount: sessions
// leave no trace here, so there is nothing to count.
type poolUsage struct {
	IdentityPoolID   string `json:"IdentityPoolId"`
	DataStorage      int64
	LastModifiedDate date `json:",omitzero"`
}

type poolUsageResponse struct {
	IdentityPoolUsage poolUsage
}

func (d *Door) describeIdentityPoolUsage(w http.ResponseWriter, r *http.Request, c *caller) error {
	pool := r.PathValue("pool")
	if err := checkIDs(pool); err != nil {
		return err
	}
	if err := c.must(directory.IdentityRead, pool); err != nil {
		return err
	}
	u, err := d.Datasets.PoolUsage(r.Context(), pool)
	if err != nil {
		return err
	}
	return answer(w, poolUsageResponse{poolUsage{IdentityPoolID: pool, DataStorage: u.Bytes, LastModifiedDate: date(u.ModifiedAt)}})
}

type poolUsagesResponse struct {
	IdentityPoolUsages []poolUsage
	MaxResults         int `json:",omitempty"`
	Count              int
	NextToken          string `json:",omitempty"`
}

func (d *Door) listIdentityPoolUsage(w http.ResponseWriter, r *http.Request, c *caller) error {
	if err := c.must(directory.IdentityRead, directory.Everywhere); err != nil {
		return err
	}
	q := newQuery(r)
	after, limit := q.after(), q.limit()
	if q.err != nil {
		return q.err
	}
	page, more, err := d.Datasets.PoolUsages(r.Context(), after, limit)
	if err != nil {
		return err
	}
	out := poolUsagesResponse{IdentityPoolUsages: make([]poolUsage, len(page)), MaxResults: limit, Count: len(page)}
	for i, u := range page {
		out.IdentityPoolUsages[i] = poolUsage{IdentityPoolID: u.PoolID, DataStorage: u.Bytes, LastModifiedDate: date(u.ModifiedAt)}
	}
	if more {
		out.NextToken = token(page[len(page)-1].PoolID)
	}
	return answer(w, out)
}
