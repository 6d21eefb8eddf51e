package page

// attributesFixtures are the pages that ask for what the pool wants to know by now,
// with a field of each type.
func attributesFixtures(app Chrome) []Fixture {
	all := []Field{
		{Name: "attr.given_name", Attribute: "given_name", Type: "text", Fill: "given-name", Max: 40, Shortest: 2},
		{Name: "attr.email", Attribute: "email", Type: "email", Fill: "email", Max: 2048},
		{Name: "attr.phone_number", Attribute: "phone_number", Type: "tel", Fill: "tel", Max: 40, Hint: "phone"},
		{Name: "attr.birthdate", Attribute: "birthdate", Type: "date", Fill: "bday"},
		{Name: "attr.custom:bikes", Attribute: "custom:bikes", Label: "Bikes", Type: "number", Fill: "off", Least: "0", Greatest: "40", Hint: "number_between"},
		{Name: "attr.custom:helmet", Attribute: "custom:helmet", Label: "Helmet", Type: "yesno", Fill: "off"},
		{Name: "attr.custom:first_ride", Attribute: "custom:first_ride", Label: "First ride", Type: "datetime-local", Fill: "off", Hint: "moment"},
	}
	page := Attributes{Chrome: app, Action: "/us-east-1_Example01/profile", Flow: "f", StartURL: "/login", Fields: all}
	one := page
	one.Fields = []Field{all[0]}
	nothing := page
	nothing.Fields = nil
	out := []Fixture{{"attributes", page}, {"attributes-one", one}, {"attributes-nothing", nothing}}
	for i, problems := range [][]Problem{
		{FieldMissing, FieldShort, FieldLong}, {FieldMissing, FieldEmail, FieldTaken}, {FieldMissing, FieldPhone}, {FieldMissing, FieldDate},
		{FieldMissing, FieldNumber, FieldRange}, {FieldMissing, FieldInvalid}, {FieldMissing, FieldMoment},
	} {
		for _, p := range problems {
			v := page
			f := all[i]
			f.Value, f.Problem = "x", p
			v.Fields = []Field{f}
			out = append(out, Fixture{"attributes-" + slug(Problem(f.Attribute)) + "-" + slug(p), v})
		}
	}
	several := page
	several.Fields = nil
	for _, f := range all {
		f.Problem = FieldMissing
		several.Fields = append(several.Fields, f)
	}
	out = append(out, Fixture{"attributes-several", several})
	for _, p := range []Problem{AttributesThrottled, AttributesDisabled, AttributesUnavailable} {
		v := one
		v.Problem, v.RetryAfter = p, 60
		out = append(out, Fixture{"attributes-" + slug(p), v})
	}
	return out
}
