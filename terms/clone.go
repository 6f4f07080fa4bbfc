package terms

import (
	"reflect"

	"truce"
)

// clone copies an agreement and everything it points to, so that a copy can be changed.
func clone(a *truce.Agreement) *truce.Agreement {
	out := copyOf(reflect.ValueOf(a), false)
	return out.Interface().(*truce.Agreement)
}

// bare copies any part of an agreement without the places where it is written, so that two versions can be compared.
func bare[T any](v T) T { return copyOf(reflect.ValueOf(&v).Elem(), true).Interface().(T) }

var originType = reflect.TypeOf(truce.Origin{})

// copyOf copies a value of the kinds that agreements are made of: structs, slices, pointers, texts and numbers.
func copyOf(v reflect.Value, bare bool) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(copyOf(v.Elem(), bare))
		}
	case reflect.Slice:
		if v.Len() > 0 || !v.IsNil() && !bare {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(copyOf(v.Index(i), bare))
			}
		}
	case reflect.Struct:
		if bare && v.Type() == originType {
			break
		}
		for i := range v.NumField() {
			out.Field(i).Set(copyOf(v.Field(i), bare))
		}
	default:
		out.Set(v)
	}
	return out
}
