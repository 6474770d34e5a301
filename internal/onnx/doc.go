// Package onnx writes models in the ONNX format, which runtimes in many
// languages execute without knowing who trained the network.
//
// An ONNX file is one protocol buffer message. The part of it that a network
// of layers needs is small:
//
//	ModelProto      version of the format, version of the operators, who wrote it, metadata
//	  GraphProto    inputs, outputs, nodes in the order of execution
//	    NodeProto   one operation: its kind, the names it reads, the name it gives, attributes
//	    TensorProto a constant under a name: a weight matrix, a bias
//
// Values are connected by name alone: a node reads what an input, a constant or
// an earlier node of that name gives.
//
// [Graph] collects nodes and constants, [Write] puts a [Model] into bytes. Equal
// models give equal bytes. The messages are written with protobuf's own wire
// package; the field numbers come from the specification
// (github.com/onnx/onnx, onnx/onnx.proto3).
package onnx
