"""The recipe that travels with a bundle: how to check it with vmsguard, and without."""

from __future__ import annotations

from vmsguard.evidence.checkpoint import Checkpoint

__all__ = ["recipe"]


def recipe(head: Checkpoint) -> str:
    """The text of ``VERIFY.md``; it names the log, never its key."""
    return _TEXT.replace("ORIGIN", head.origin).replace("RECORDS", str(head.size)).replace("ROOT", head.root_hex)


_TEXT = r"""# How to check this bundle

`evidence/` is the evidence log of `ORIGIN`: RECORDS records under its newest signed head, with the root
`ROOT`.
`export.json` says when and with what it was exported, and the SHA-256 of each file: good against accidents of
copying, worth nothing against forgery, for whoever changes a file can change that list.

## The key does not come from here

Everything rests on the log's public key (its vkey). **Take it from somebody you can name, on another way than this
bundle**: from the contract, from your own file of an earlier audit, by telephone. `evidence/LOG` names a key too; do
not use it. Who could forge the log could forge that line.

Write it into a file of your own, `trust.policy`, beside this one:

```
log <the vkey you were given>
quorum none
```

If a witness outside cosigns this log's heads, name it and demand it: `witness w <its vkey>` and `quorum w` instead.

## With vmsguard

Your own copy of it, not one from whoever handed you the bundle:

```
vmsguard evidence verify evidence --trust trust.policy
```

It ends with 0 (intact and complete), 1 (tampered), 2 (incomplete) or 3 (cannot decide), and says why. A head that you
saved at an earlier visit shows whether the log was put back or rewritten since: add `--since saved-checkpoint`.

## With OpenSSL and coreutils

In bash, in the folder that holds `evidence/` and `trust.policy`; it makes its files in `check/`. Some thousand records
take seconds; for more, let vmsguard or any other verifier of C2SP tlog-tiles do it.

```sh
set -eu
export LC_ALL=C
mkdir check
origin=$(head -n 1 evidence/checkpoint)
sed '/^$/,$d' evidence/checkpoint > check/text

# The head's signature, by the key of the trust file: "Signature Verified Successfully".
sed '1,/^$/d' evidence/checkpoint | grep -F "— $origin " | cut -d ' ' -f 3 | while read -r line; do
  echo "$line" | base64 -d > check/line
  id=$(head -c 4 check/line | basenc --base16 | tr A-F a-f)
  vkey=$(grep '^log ' trust.policy | grep -F " $origin+$id+" | cut -d ' ' -f 2) || continue
  printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00' > check/key
  echo "${vkey#*+*+}" | base64 -d | tail -c 32 >> check/key
  tail -c +5 check/line > check/signature
  openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey check/key -in check/text -sigfile check/signature
done | tee check/verdict
grep -q Success check/verdict || { echo "no key of trust.policy signed this head"; exit 1; }

# The hash of each record: what is pruned left it in tile/0, what is erased in its own line.
size=$(sed -n 2p evidence/checkpoint)
first=$(ls evidence/log | head -n 1 | cut -c 1-20 | sed 's/^0*//')
for file in evidence/log/*; do zcat -f "$file"; done > check/records
all=$(wc -c < check/records)
[ "$(tr -d '\0' < check/records | wc -c)" = "$all" ] || { echo "a record holds a zero byte"; exit 1; }
{
  if [ "${first:-0}" -gt 0 ]; then
    find evidence/tile/0 -type f | sort | xargs cat | basenc --base16 -w 64 | tr A-F a-f | head -n "$first"
  fi
  while IFS= read -r line; do
    case $line in
      '{"leaf":"'*'","seq":'*',"tombstone":true}') echo "${line:9:64}" ;;
      *) (printf '\0'; printf %s "$line") | sha256sum | cut -c 1-64 ;;
    esac
  done < check/records
} > check/hashes
echo "$(wc -l < check/hashes) records, $size under the head"
[ "$(wc -l < check/hashes)" -ge "$size" ] || { echo "records are missing"; exit 1; }

# The root over them, which the signed head states.
head -n "$size" check/hashes > check/level
while [ "$(wc -l < check/level)" -gt 1 ]; do
  paste -d ' ' - - < check/level | while read -r left right; do
    if [ -n "$right" ]; then
      (printf '\1'; printf %s "$left$right" | tr a-f A-F | basenc --base16 -d) | sha256sum | cut -c 1-64
    else
      echo "$left"
    fi
  done > check/above
  mv check/above check/level
done
stated=$(sed -n 3p evidence/checkpoint | base64 -d | basenc --base16 -w 0 | tr A-F a-f)
[ "$(cat check/level)" = "$stated" ] || { echo "the records do not give the signed root"; exit 1; }
echo "the records give the signed root"

# What is gone must be announced by a record.
for file in evidence/log/*; do zcat -f "$file"; done > check/records
sed -nE 's/^\{"leaf":"[0-9a-f]{64}","seq":([0-9]+),"tombstone":true\}$/\1/p' check/records | while read -r number; do
  said=$(grep "\"event\":\"erase.done\".*\"first\":$number,.*\"kind\":\"tombstone\",\"last\":$number," check/records |
    sed -E 's/.*"seq":([0-9]+),.*/\1/' | tail -n 1)
  [ "${said:-0}" -gt "$number" ] ||
    { echo "record $number was erased, and no record announces it"; exit 1; }
done
if [ "${first:-0}" -gt 0 ]; then
  grep -q "\"event\":\"erase.done\".*\"kind\":\"pruned\",\"last\":$((first - 1))," check/records ||
    { echo "records before $first are gone, and no record announces it"; exit 1; }
fi
echo "nothing is gone unannounced"
```

That covers every byte of the records, not their promises: whether each announced verdict, result and deletion is there.
`vmsguard evidence verify` checks those too. Integrity is not truth: as long as no witness outside has cosigned a head,
whoever holds the signing key could have written another history.
"""
