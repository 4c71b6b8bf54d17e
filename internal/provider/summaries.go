package provider

// The summaries of all diagnostics. The troubleshooting guide has a section for
// each, which a test checks.
const (
	summaryInternal             = "Unexpected value"
	summaryConfigurationUnknown = "Provider configuration is not known at plan"

	summaryCreateError       = "Error creating deployment"
	summaryCreateUnconfirmed = "Deployment creation could not be confirmed"
	summaryNoCreditsCreate   = "Not enough credits to create the deployment"
	summaryNotRunning        = "Deployment is not running yet"
	summaryFailedToStart     = "Deployment failed to start"
	summaryWaitError         = "Error waiting for the deployment"
	summaryWaitInterrupted   = "Interrupted while waiting for the deployment"
	summaryWaitCredential    = "Credential rejected while waiting for the deployment"
	summaryNotFound          = "Deployment not found, removing from state"
	summaryReadError         = "Error reading deployment"
	summaryPartlyRead        = "Deployment partially read"
	summaryUpdateError       = "Error updating deployment"
	summaryNotApplied        = "Change not applied by the API"
	summaryChangedNotRunning = "Deployment failed after the change"
	summaryNoCreditsExtend   = "Not enough credits to extend the deployment"
	summaryExtendUnconfirmed = "Extension could not be confirmed"
	summaryNotReady          = "Deployment is not ready"
	summaryHoursLate         = "Extension not visible yet"
	summaryHoursDiffer       = "Unexpected number of prepaid hours"
	summaryDestroyError      = "Error destroying deployment"
	summaryDestroyTimeout    = "Deployment has not ended yet"

	summaryNameTaken         = "Deployment name is not available"
	summaryNameClaimed       = "Deployment name used by two resources"
	summaryNameError         = "Error checking deployment name"
	summaryPriceAboveBudget  = "Price exceeds max_cost_usdc"
	summaryTotalAboveBudget  = "Prices exceed max_total_cost_usdc"
	summaryBudgetUnverified  = "Cannot verify the budget"
	summaryPriceError        = "Error reading price"
	summaryNotOffered        = "Hardware or location is not offered"
	summaryCapacityError     = "Error checking capacity"
	summaryCapacity          = "Insufficient capacity"
	summaryDurationDecreased = "Duration cannot be decreased"
	summaryEndedNoChange     = "Deployment cannot be changed"
	summaryEnded             = "Deployment has ended"
	summaryFailed            = "Deployment has failed"
	summaryEnding            = "Deployment is being terminated"
	summaryEndsSoon          = "Deployment ends within the hour"
	summaryUnknownReplace    = "Replacement depends on a value that is not known"
	summaryUncheckedReplace  = "Replacement with unchecked values"
	summaryLostSecrets       = "Replacement without the secret variables of the deployment"
	summaryNoImage           = "Deployment without an image"

	summaryUnsupportedGPUs   = "Unsupported number of GPUs per container"
	summaryEmptyArgs         = "Empty list of arguments"
	summaryNullItem          = "Null in a list"
	summaryDuplicateVariable = "Duplicate environment variable"
	summarySecretConflict    = "Secret set twice"
	summaryVersionMissing    = "Write-only secret without a version"
	summaryInvalidImage      = "Invalid image reference"
	summaryPrivateECR        = "Private AWS ECR image"
	summaryInvalidTimeout    = "Invalid timeout"

	summaryImportEmpty        = "Empty import ID"
	summaryImportDestroyed    = "Deployment is destroyed"
	summarySeveralDeployments = "Several deployments with the same name"
	summaryNoDeployment       = "Deployment not found"

	// These continue with what they are about, because Terraform shows only the first
	// of several warnings with one summary.
	summaryPurchase  = "Purchase of"
	summaryReplaces  = "Replacement of the deployment"
	summaryFirstHour = "Destruction in the first hour of the deployment"
	summaryDollar    = "Unescaped $ in"
)

// The summaries of the provider's configuration, data sources and actions.
const (
	summaryMissingCredential = "Missing credential for io.net"
	summaryInvalidCredential = "Invalid credential"
	summaryInvalidEndpoint   = "Invalid endpoint"
	summaryNotWholeNumber    = "Invalid whole number"
	summaryOutOfRange        = "Number out of range"

	summaryListError       = "Error reading deployments"
	summaryContainersError = "Error reading containers"
	summaryHardwareError   = "Error reading hardware"
	summaryLocationsError  = "Error reading locations"
	summaryReplicasError   = "Error reading available replicas"

	summaryExtendError   = "Error extending deployment"
	summaryEndedNoExtend = "Deployment cannot be extended"
	summaryLogError      = "Error reading log"
	// It continues with the name of the log.
	summaryLogInterrupted = "Interrupted log of"
)
