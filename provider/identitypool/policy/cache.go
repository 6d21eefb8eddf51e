package policy

import (
	"cmp"
	"container/list"
	"sync"
)

// A Cache keeps the documents parsed most recently. Its key is the text itself,
// so a changed role is another entry and nothing has to be invalidated. The
// zero value keeps 256 documents.
type Cache struct {
	Size int // how many documents to keep; 0 is 256

	mu     sync.Mutex
	recent list.List // of cached, the newest in front
	byText map[string]*list.Element
}

type cached struct {
	text string
	doc  *Document
}

// Parse is the function Parse, remembered. A text that does not parse is not
// kept.
func (c *Cache) Parse(text string) (*Document, error) {
	c.mu.Lock()
	if e, ok := c.byText[text]; ok {
		c.recent.MoveToFront(e)
		doc := e.Value.(cached).doc
		c.mu.Unlock()
		return doc, nil
	}
	c.mu.Unlock()
	doc, err := Parse(text)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byText[text]; !ok {
		if c.byText == nil {
			c.byText = make(map[string]*list.Element)
		}
		c.byText[text] = c.recent.PushFront(cached{text, doc})
		if c.recent.Len() > cmp.Or(c.Size, 256) {
			oldest := c.recent.Remove(c.recent.Back()).(cached)
			delete(c.byText, oldest.text)
		}
	}
	return doc, nil
}

// Open is Detail.Open, with the parsed text remembered.
func (c *Cache) Open(d Detail) (*Document, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	doc, err := c.Parse(d.Policies)
	if err != nil {
		return nil, err
	}
	return doc.with(d.Entities), nil
}
