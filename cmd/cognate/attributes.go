package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/web/api"
)

func attributeCommand() *cobra.Command {
	var add, update attributeFlags
	var kind string
	return noun("attribute", "Attributes of a user pool's users",
		verb("list", "List attributes, standard and custom, with their rules", listAttributes, withPool),
		verb("add NAME", "Add a custom attribute", func(s *session, args []string) error {
			pool, err := s.needPool()
			if err != nil {
				return err
			}
			if _, err := typeWords().wire("type", []string{kind}); err != nil {
				return err
			}
			a := api.SchemaAttributeType{Name: strings.TrimPrefix(args[0], "custom:"), AttributeDataType: kind, Mutable: &add.mutable, Required: &add.required}
			if add.changed("min-length") || add.changed("max-length") {
				a.StringAttributeConstraints = &api.StringAttributeConstraintsType{MinLength: add.minLength, MaxLength: add.maxLength}
			}
			if add.changed("min") || add.changed("max") {
				a.NumberAttributeConstraints = &api.NumberAttributeConstraintsType{MinValue: add.min, MaxValue: add.max}
			}
			in := m{"UserPoolId": pool, "CustomAttributes": []api.SchemaAttributeType{a}}
			if err := s.do(api.UserPools, "AddCustomAttributes", in, "Added attribute custom:%s.", a.Name); err != nil {
				return err
			}
			return s.noteStandard(pool, a.Name)
		}, withPool, func(c *cobra.Command) {
			add.bind(c)
			c.Flags().StringVar(&kind, "type", "String", "String, Number, DateTime or Boolean")
			_ = c.RegisterFlagCompletionFunc("type", cobra.FixedCompletions([]string{"String", "Number", "DateTime", "Boolean"}, cobra.ShellCompDirectiveNoFileComp))
		}),
		verb("update NAME", "Change an attribute's rules; what is not named stays", func(s *session, args []string) error {
			return update.run(s, args[0])
		}, withPool, update.bind),
		attributeVerb("require", "Ask everybody for an attribute, at sign-up and at the next sign-in", "UpdateAttribute", m{"Required": true}),
		attributeVerb("relax", "Ask for an attribute no more; it stays", "UpdateAttribute", m{"Required": false}),
		attributeVerb("retire", "Take an attribute out of use; users keep their values", "RetireAttribute", nil),
		attributeVerb("restore", "Bring a retired attribute back", "RestoreAttribute", nil),
	)
}

// noteStandard tells who adds an attribute that there is a standard one of its name.
func (s *session) noteStandard(pool, name string) error {
	out, _, err := get[api.UserPoolResponse](s, api.UserPools, "DescribeUserPool", m{"UserPoolId": pool})
	if err != nil {
		return err
	}
	for _, a := range out.UserPool.SchemaAttributes {
		if a.Name == name {
			fmt.Fprintf(s.errs, "There is a standard attribute %s too, which is another: cognate attribute require %s asks for that one.\n", name, name)
		}
	}
	return nil
}

func attributeVerb(name, short, operation string, more m) func(*flags) *cobra.Command {
	return verb(name+" NAME", short, func(s *session, args []string) error {
		return s.withAttribute(args[0], func(in m) error {
			for member, value := range more {
				in[member] = value
			}
			return show(s, api.Own, operation, in, attributeFields)
		})
	}, withPool)
}

// withAttribute names an attribute in the pool at hand.
func (s *session) withAttribute(name string, f func(in m) error) error {
	pool, err := s.needPool()
	if err != nil {
		return err
	}
	err = f(m{"UserPoolId": pool, "AttributeName": name})
	var r *refusal
	if errors.As(err, &r) && r.Type == "ResourceNotFoundException" && !strings.Contains(name, ":") {
		return &exitError{fix(r, "custom attributes are named with their prefix, such as custom:"+name+"; see cognate attribute list"), exitNotFound}
	}
	return err
}

// attributeFlags are the rules of an attribute that have a flag.
type attributeFlags struct {
	changed              func(string) bool
	mutable, required    bool
	minLength, maxLength string
	min, max             string
}

func (f *attributeFlags) bind(c *cobra.Command) {
	f.changed = func(name string) bool { return c.Flags().Changed(name) }
	p := c.Flags()
	p.BoolVar(&f.mutable, "mutable", true, "it may change once a user has it")
	p.BoolVar(&f.required, "required", false, "everybody has to tell it")
	p.StringVar(&f.minLength, "min-length", "", "the least number of characters, of a String; none takes it away")
	p.StringVar(&f.maxLength, "max-length", "", "the greatest number of characters, of a String; none takes it away")
	p.StringVar(&f.min, "min", "", "the least value, of a Number; none takes it away")
	p.StringVar(&f.max, "max", "", "the greatest value, of a Number; none takes it away")
}

func (f *attributeFlags) run(s *session, name string) error {
	return s.withAttribute(name, func(in m) error {
		if f.changed("mutable") {
			in["Mutable"] = f.mutable
		}
		if f.changed("required") {
			in["Required"] = f.required
		}
		if f.changed("min-length") || f.changed("max-length") {
			in["StringAttributeConstraints"] = api.TextBoundsType{MinLength: f.minLength, MaxLength: f.maxLength}
		}
		if f.changed("min") || f.changed("max") {
			in["NumberAttributeConstraints"] = api.ValueBoundsType{MinValue: f.min, MaxValue: f.max}
		}
		return show(s, api.Own, "UpdateAttribute", in, attributeFields)
	})
}

func listAttributes(s *session, _ []string) error {
	pool, err := s.needPool()
	if err != nil {
		return err
	}
	out, _, err := get[api.UserPoolResponse](s, api.UserPools, "DescribeUserPool", m{"UserPoolId": pool})
	if err != nil {
		return err
	}
	if s.json {
		body, err := json.Marshal(m{"SchemaAttributes": out.UserPool.SchemaAttributes})
		if err != nil {
			return fmt.Errorf("print: %w", err)
		}
		return s.printJSON(body)
	}
	var rows [][]string
	for _, a := range out.UserPool.SchemaAttributes {
		rows = append(rows, []string{a.Name, a.AttributeDataType, yesNo(isSet(a.Required)), yesNo(isSet(a.Mutable)), bounds(a), yesNo(isSet(a.Retired))})
	}
	return s.table([]string{"name", "type", "required", "mutable", "bounds", "retired"}, rows)
}

func attributeFields(r *api.AttributeResponse) []field {
	a := r.Attribute
	return []field{
		{"name", a.Name}, {"type", a.AttributeDataType}, {"required", yesNo(isSet(a.Required))}, {"mutable", yesNo(isSet(a.Mutable))},
		{"bounds", bounds(*a)}, {"retired", yesNo(isSet(a.Retired))},
	}
}

// bounds prints the least and the greatest of a value or a length.
func bounds(a api.SchemaAttributeType) string {
	least, greatest, unit := "", "", ""
	if c := a.StringAttributeConstraints; c != nil {
		least, greatest, unit = c.MinLength, c.MaxLength, " characters"
	}
	if c := a.NumberAttributeConstraints; c != nil {
		least, greatest = c.MinValue, c.MaxValue
	}
	switch {
	case least == "" && greatest == "":
		return ""
	case greatest == "":
		return "from " + least + unit
	case least == "":
		return "to " + greatest + unit
	}
	return fmt.Sprintf("%s to %s%s", least, greatest, unit)
}

func isSet(b *bool) bool { return b != nil && *b }
