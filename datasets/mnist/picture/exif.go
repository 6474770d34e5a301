package picture

import (
	"bytes"
	"encoding/binary"
)

// orientation finds in a JPEG how the camera was held, from 1 (upright) to 8;
// 0 if the file doesn't say. Phones store what the sensor saw and leave the
// turning to the viewer.
//
// A JPEG is a chain of segments: ff, kind, length of two bytes. The one of kind
// e1 that begins with "Exif" holds a small TIFF file: byte order, then from the
// given offset on a table of 12-byte entries, tag 0x0112 among them.
func orientation(data []byte) int {
	const (
		appSegment     = 0xe1
		startOfScan    = 0xda // the picture itself
		orientationTag = 0x0112
		entrySize      = 12
	)
	if !bytes.HasPrefix(data, []byte{0xff, 0xd8}) {
		return 0
	}
	for data = data[2:]; len(data) >= 4 && data[0] == 0xff && data[1] != startOfScan; {
		end := 2 + int(binary.BigEndian.Uint16(data[2:]))
		if end > len(data) || end < 4 {
			return 0
		}
		tiff, found := bytes.CutPrefix(data[4:end], []byte("Exif\x00\x00"))
		if data[1] != appSegment || !found || len(tiff) < 8 {
			data = data[end:]
			continue
		}
		var order binary.ByteOrder = binary.BigEndian
		if tiff[0] == 'I' {
			order = binary.LittleEndian
		}
		table := int64(order.Uint32(tiff[4:]))
		if table > int64(len(tiff)-2) {
			return 0
		}
		entries := int(order.Uint16(tiff[table:]))
		for tiff = tiff[table+2:]; entries > 0 && len(tiff) >= entrySize; entries-- {
			if order.Uint16(tiff) == orientationTag {
				return int(order.Uint16(tiff[8:]))
			}
			tiff = tiff[entrySize:]
		}
		return 0
	}
	return 0
}
