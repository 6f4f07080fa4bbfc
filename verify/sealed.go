package verify

import (
	"encoding/binary"

	"truce"
	"truce/internal/seal"
)

// Groups is how many places for commitments every record has in the tree behind its seal, used or not.
const Groups = truce.MaxCommitments

// pathLength is how many siblings lead from a commitment to the root of that tree.
const pathLength = 6

// SealOf is the body of a record's leaf: it binds the whole record and each of its commitments, and tells nothing of either.
func SealOf(id truce.RecordID, record, commitments truce.Digest) truce.Digest {
	b := appendText([]byte("truce/sealed/v1\n"), string(id))
	return seal.Bytes(append(append(b, record[:]...), commitments[:]...))
}

// SealOfPadding is the body of a leaf behind which there is no record.
func SealOfPadding(salt seal.Salt) truce.Digest {
	return seal.Bytes(append([]byte("truce/padding/v1\n"), salt[:]...))
}

// CommitmentRoot is the root over a record's commitments; places left over hold what only holders of the id can tell from a commitment.
func CommitmentRoot(id truce.RecordID, commitments []truce.Commitment) truce.Digest {
	return seal.MerkleRoot(places(id, commitments))
}

func places(id truce.RecordID, commitments []truce.Commitment) []truce.Digest {
	list := make([]truce.Digest, Groups)
	for i := range list {
		if i < len(commitments) {
			list[i] = commitments[i].Digest
			continue
		}
		b := appendText([]byte("truce/no-group/v1\n"), string(id))
		list[i] = seal.Bytes(binary.BigEndian.AppendUint32(b, uint32(i)))
	}
	return list
}

// CommitmentPath gives the siblings from a place up to the root.
func CommitmentPath(id truce.RecordID, commitments []truce.Commitment, place int) []truce.Digest {
	list := places(id, commitments)
	for i, p := range list {
		list[i] = seal.LeafHash(p[:])
	}
	var path []truce.Digest
	for len(list) > 1 {
		path = append(path, list[place^1])
		for i := range len(list) / 2 {
			list[i] = seal.NodeHash(list[2*i], list[2*i+1])
		}
		list, place = list[:len(list)/2], place/2
	}
	return path
}

// rootOf goes the path back.
func rootOf(commitment truce.Digest, place int, path []truce.Digest) truce.Digest {
	h := seal.LeafHash(commitment[:])
	for _, p := range path {
		if place%2 == 0 {
			h = seal.NodeHash(h, p)
		} else {
			h = seal.NodeHash(p, h)
		}
		place /= 2
	}
	return h
}

func appendText(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
}
