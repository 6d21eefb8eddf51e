package api

// messageOperations are about messages and their texts.
func (a *API) messageOperations() []Operation { return nil }
