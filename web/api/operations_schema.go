package api

import "github.com/cognate-idp/cognate/provider/directory"

// schemaOperations change a pool's attributes after it was made, and find users by
// them.
func (a *API) schemaOperations() []Operation {
	return []Operation{
		change(Own, "UpdateAttribute", directory.PoolsWrite, directory.AttributeUpdate, a.updateAttribute),
		change(Own, "RetireAttribute", directory.PoolsWrite, directory.AttributeRetire, a.retireAttribute),
		change(Own, "RestoreAttribute", directory.PoolsWrite, directory.AttributeRestore, a.restoreAttribute),
		read(Own, "SearchUsers", directory.UsersRead, a.searchUsers),
	}
}
