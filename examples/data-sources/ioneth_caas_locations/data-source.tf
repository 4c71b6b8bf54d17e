data "ioneth_caas_locations" "all" {}

# The locations within the European Union, for location_ids.
locals {
  eu_location_ids = [
    for l in data.ioneth_caas_locations.all.locations : l.id
    if contains(["DE", "FI", "FR", "NL", "SE"], l.iso2)
  ]
}
