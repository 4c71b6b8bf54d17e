data "ioneth_caas_locations" "all" {}

# IDs of the locations in some countries of the European Union, for location_ids.
output "eu_location_ids" {
  value = [
    for l in data.ioneth_caas_locations.all.locations : l.id
    if contains(["DE", "FI", "FR", "NL", "SE"], l.iso2)
  ]
}
