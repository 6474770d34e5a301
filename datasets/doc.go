// Package datasets turns tables of numbers into batches for a network.
package datasets
