package page

import (
	"html/template"
	"strings"
)

// funcs are what a template may call, in one language.
func (p *Pages) funcs(s *speaker) template.FuncMap {
	return template.FuncMap{
		"t":       s.text,
		"rich":    s.rich,
		"problem": s.problem,
		"look":    s.look,
		"scope":   s.scope,
		"event":   s.event,
		"lang":    func() string { return s.lang },
		"dir":     s.dir,
		"asset":   p.assets.url,
		"styles":  View.styles,
		"scripts": View.scripts,
		"applink": appLink,

		"fieldlabel":   s.fieldLabel,
		"fieldproblem": s.fieldProblem,
	}
}

// scopeWords are a scope as the consent page tells it.
type scopeWords struct{ What, Why string }

func (s *speaker) scope(scope Scope) scopeWords {
	id := "scope." + strings.NewReplacer(".", "_", ":", "_", "/", "_").Replace(scope.Name)
	if what, err := s.text(id + ".what"); err == nil {
		why, _ := s.text(id + ".why") // a scope may need no second line
		return scopeWords{what, why}
	}
	if scope.Description != "" {
		return scopeWords{scope.Description, scope.Name}
	}
	return scopeWords{What: scope.Name}
}
