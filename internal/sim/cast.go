package sim

import (
	"truce"
	"truce/internal/access"
)

// Office is an office that somebody in the world holds. There is one person to an office, called by it.
type Office struct {
	Name   string
	Body   truce.BodyID
	Office truce.Office
	// Guest marks those that a visitor may be.
	Guest bool
}

// Bodies that are no participants: the two parts of the mechanism.
const (
	centre = truce.BodyID("amman-monitoring-centre")
	posts  = truce.BodyID("russian-military-police")
)

// Who there is. The names of variables are what acts call them by.
var (
	duty            = Office{"Duty officer, Amman", centre, truce.OfficeDutyOfficer, true}
	night           = Office{"Duty officer of the night, Amman", centre, truce.OfficeDutyOfficer, false}
	quneitra        = Office{"Monitor, Quneitra", centre, truce.OfficeMonitor, true}
	daraa           = Office{"Monitor, Daraa", centre, truce.OfficeMonitor, false}
	suwayda         = Office{"Monitor, Suwayda", centre, truce.OfficeMonitor, false}
	postNorth       = Office{"Observation post, northern line", posts, truce.OfficeMonitor, true}
	postSouth       = Office{"Observation post, southern line", posts, truce.OfficeMonitor, false}
	syrianLiaison   = Office{"Liaison officer, Government of Syria", "government-of-syria", truce.OfficeLiaison, true}
	southernLiaison = Office{"Liaison officer, Southern Front", "southern-front", truce.OfficeLiaison, true}
	russianLiaison  = Office{"Liaison officer, Russia", "russia", truce.OfficeLiaison, false}
	russia          = Office{"Guarantor, Russia", "russia", truce.OfficeGuarantor, true}
	unitedStates    = Office{"Guarantor, United States", "united-states", truce.OfficeGuarantor, true}
	usLiaison       = Office{"Liaison officer, United States", "united-states", truce.OfficeLiaison, false}
	jordan          = Office{"Guarantor, Jordan", "jordan", truce.OfficeGuarantor, true}
	jordanLiaison   = Office{"Liaison officer, Jordan", "jordan", truce.OfficeLiaison, false}
	israel          = Office{"Consulted, Israel", "israel", truce.OfficeConsulted, true}
	analyst         = Office{"Analyst, Amman", centre, truce.OfficeAnalyst, true}
	auditor         = Office{"Auditor, Amman", centre, truce.OfficeAuditor, true}
	operator        = Office{"Operator, Amman", centre, truce.OfficeOperator, true}
)

// Offices lists everybody, those that a visitor is shown first in front.
func Offices() []Office {
	return []Office{duty, quneitra, postNorth, syrianLiaison, southernLiaison, russia, unitedStates, jordan, israel, analyst, auditor, operator,
		night, daraa, suwayda, postSouth, russianLiaison, usLiaison, jordanLiaison}
}

// Find gives the people of a directory who hold the offices, by the names of these.
func Find(d *access.Directory) map[string]truce.PersonID {
	out := map[string]truce.PersonID{}
	for _, p := range d.People() {
		for _, o := range Offices() {
			if p.Body == o.Body && p.Name == o.Name {
				out[o.Name] = p.ID
			}
		}
	}
	return out
}
