// Package page draws what people see: the hosted pages, the mailbox, the front
// page of --dev and the demo app. It owns the typed view of each page, the text
// catalogues, and the styles and scripts that pages load. It decides nothing: a
// door fills a view and calls Render.
package page
