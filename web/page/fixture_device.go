package page

// deviceFixtures are the page that asks whether to remember a browser.
func deviceFixtures(app Chrome) []Fixture {
	v := RememberDevice{Chrome: app, Action: "/us-east-1_Example01/device", Flow: "f", Days: 30}
	asked := v
	asked.Days, asked.Problem = 1, RememberDeviceChoose
	return []Fixture{{"remember-device", v}, {"remember-device-choose", asked}}
}
