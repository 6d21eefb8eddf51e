package api

import (
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/message"
)

// messageOperations are about messages and their texts.
func (a *API) messageOperations() []Operation {
	return []Operation{
		read(Own, "ListMessageTemplates", directory.PoolsRead, a.listMessageTemplates),
		read(Own, "GetMessageTemplate", directory.PoolsRead, a.getMessageTemplate),
		change(Own, "PutMessageTemplate", directory.PoolsWrite, message.ActionTemplatePut, a.putMessageTemplate),
		silent(Own, "DeleteMessageTemplate", directory.PoolsWrite, message.ActionTemplateDelete, a.deleteMessageTemplate),
		read(Own, "PreviewMessage", directory.PoolsRead, a.previewMessage),
		a.workOperation(),
		silent(Own, "SendTestMessage", directory.PoolsWrite, message.ActionTest, a.sendTestMessage),
	}
}
