package remedies

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

// A model is a numeric ProductType: iPhone14,6 is {iPhone 14 6}. The zero model was not read,
// or is not an iPhone, iPad or iPod.
type model struct {
	family       string
	major, minor int
}

func parseModel(productType string) model {
	family, major, minor, ok := device.ModelNumber(productType)
	if !ok || !knownFamily(family) {
		return model{}
	}
	return model{family, major, minor}
}

func knownFamily(family string) bool {
	return slices.Contains([]string{"iPhone", "iPad", "iPod"}, family)
}

// buttons are the buttons that restart an unresponsive device.
type buttons string

const (
	homePower        buttons = "home-power"
	volDownPower     buttons = "voldown-power"
	volUpVolDownHold buttons = "volup-voldown-hold" // an iPad's volume buttons are identified by their position
)

// forceRestartButtons depends on the model rather than on its Home button: iPhone 7, 8 and the
// later SE have one and do not use it. iPad numbers are not in order of age: 11 and 12 have a
// Home button, 8 has none. A model newer than this table is assumed to work like the newest
// ones.
func (m model) forceRestartButtons() buttons {
	switch {
	case m.family == "iPad" && m.hasHomeButton(),
		m.family == "iPhone" && m.major <= 8,
		m.family == "iPod" && m.major < 9:
		return homePower
	case m.family == "iPhone" && m.major == 9, m.family == "iPod":
		return volDownPower
	default:
		return volUpVolDownHold
	}
}

// forceRestart says which buttons to press, as the middle of a sentence.
func (m model) forceRestart() string {
	switch pressed := m.forceRestartButtons(); {
	case m == model{}:
		return "press the buttons of its model. " + forceRestartOfEachModel
	case pressed == homePower:
		return "hold the Home button and the " + m.powerButton() + " button together until the Apple logo appears, then release both"
	case pressed == volDownPower:
		return "hold the volume down button and the " + m.powerButton() + " button together until the Apple logo appears, then release both"
	case m.family == "iPad":
		return "press and release the volume button nearest the top button, press and release the volume button farthest from it, " +
			"then hold the top button until the Apple logo appears"
	default:
		return "press and release the volume up button, press and release the volume down button, " +
			"then hold the side button until the Apple logo appears, which takes about 10 seconds; ignore the power-off slider"
	}
}

const forceRestartOfEachModel = "iPhone 8 and later: press and release volume up, then volume down, then hold the side button. " +
	"iPhone 7 and 7 Plus, iPod touch 7: hold volume down and the side or top button. " +
	"Earlier iPhone and iPod touch, iPhone SE of 2016, iPad with a Home button: hold Home and the side or top button. " +
	"iPad without a Home button: press and release the volume button nearest the top button, then the other one, then hold the top button. " +
	"In each case keep holding until the Apple logo appears"

// restart says how to turn the device off and on with its buttons, as the middle of a sentence.
func (m model) restart() string {
	power := "the " + m.powerButton() + " button"
	off := power
	switch {
	case m == model{}:
		power = "the side or top button"
		off = power + " (on models without a Home button, together with either volume button)"
	case !m.hasHomeButton():
		off = power + " and either volume button"
	}
	return "hold " + off + " until the power-off slider appears, drag it, wait until the screen is dark, " +
		"then hold " + power + " until the Apple logo appears"
}

// powerButton returns Apple's name for the button that turns the model off.
func (m model) powerButton() string {
	if m.family == "iPhone" && m.major > 6 && m != (model{"iPhone", 8, 4}) {
		return "side"
	}
	return "top"
}

func (m model) hasHomeButton() bool {
	switch m.family {
	case "iPhone":
		return m.major <= 9 || slices.Contains(laterHomeButtons, m)
	case "iPad":
		return m.major <= 7 || m.major == 11 || m.major == 12
	default:
		return m.family == "iPod"
	}
}

// laterHomeButtons lists iPhone 8, 8 Plus and the later SE.
var laterHomeButtons = []model{
	{"iPhone", 10, 1}, {"iPhone", 10, 2}, {"iPhone", 10, 4}, {"iPhone", 10, 5},
	{"iPhone", 12, 8}, {"iPhone", 14, 6},
}
