package sync

import (
	"net/http"

	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
)

type listDatasetsResponse struct {
	Datasets  []datasetShape
	Count     int
	NextToken string `json:",omitempty"`
}

func (d *Door) listDatasets(w http.ResponseWriter, r *http.Request, c *caller) error {
	who, err := d.owner(r, c, policy.ListDatasets, directory.IdentityRead)
	if err != nil {
		return err
	}
	q := newQuery(r)
	after, limit := q.after(), q.limit()
	if q.err != nil {
		return q.err
	}
	page, more, err := d.Datasets.List(r.Context(), who, after, limit)
	if err != nil {
		return err
	}
	out := listDatasetsResponse{Datasets: make([]datasetShape, len(page)), Count: len(page)}
	for i := range page {
		out.Datasets[i] = newDataset(&page[i])
	}
	if more {
		out.NextToken = token(page[len(page)-1].Name)
	}
	return answer(w, out)
}

type datasetResponse struct{ Dataset datasetShape }

func (d *Door) describeDataset(w http.ResponseWriter, r *http.Request, c *caller) error {
	who, err := d.owner(r, c, policy.ReadDataset, directory.IdentityRead)
	if err != nil {
		return err
	}
	found, err := d.Datasets.Describe(r.Context(), who, r.PathValue("dataset"))
	if err != nil {
		return err
	}
	return answer(w, datasetResponse{newDataset(found)})
}

func (d *Door) deleteDataset(w http.ResponseWriter, r *http.Request, c *caller) error {
	who, err := d.owner(r, c, policy.DeleteDataset, directory.IdentityWrite)
	if err != nil {
		return err
	}
	gone, err := d.Datasets.Delete(r.Context(), who, r.PathValue("dataset"), c.name())
	if err != nil {
		return err
	}
	return answer(w, datasetResponse{newDataset(gone)})
}
