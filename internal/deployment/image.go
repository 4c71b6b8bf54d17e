package deployment

import (
	"errors"
	"fmt"
	"strings"

	"github.com/distribution/reference"
)

// SameImage reports whether two image references name the same image: "nginx" is
// "docker.io/library/nginx:latest".
func SameImage(a, b string) bool { return normalizedImage(a) == normalizedImage(b) }

func normalizedImage(image string) string {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return image
	}
	return reference.TagNameOnly(named).String()
}

// ValidateImage returns why a string is not a container image reference, with what
// to write instead; nil when it is one.
func ValidateImage(image string) error {
	_, err := reference.ParseNormalizedNamed(image)
	switch {
	case err == nil:
		return nil
	case image == "":
		return errors.New("it is empty")
	case strings.TrimSpace(image) != image:
		return errors.New("it starts or ends with a space or a line break; use trimspace()")
	case strings.Contains(image, "://"):
		return errors.New("it is a URL; remove the scheme, such as https://")
	case strings.ContainsAny(image, " \t\n"):
		return errors.New("it has a space; write the reference alone, without a command such as docker pull")
	case isReference(strings.ToLower(image)):
		return errors.New("its repository name has upper-case letters, which no registry accepts; write it in lower case")
	default:
		return fmt.Errorf("it is malformed: %w", err)
	}
}

func isReference(image string) bool {
	_, err := reference.ParseNormalizedNamed(image)
	return err == nil
}
