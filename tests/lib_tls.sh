# SPDX-License-Identifier: MIT
# What the tests of TLS share, beside lib.sh: it is read by them with
# ". tests/lib_tls.sh", which reads that too. Certificates are made anew for
# each test, by the openssl command.
. tests/lib.sh

# How certificates are made, and the extensions that they may have.
ca_config='
[ca]
default_ca = any
[any]
database = $ENV::PLACE/index
new_certs_dir = $ENV::PLACE
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any_name
email_in_dn = no
[any_name]
commonName = supplied
[req]
distinguished_name = no_more
prompt = no
[no_more]
CN = unused
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[here]
subjectAltName = DNS:localhost,IP:127.0.0.1,IP:::1
basicConstraints = CA:false
[elsewhere]
subjectAltName = DNS:elsewhere.example,IP:192.0.2.1
basicConstraints = CA:false
[client]
basicConstraints = CA:false
extendedKeyUsage = clientAuth
'

# new_key FILE
new_key() {
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
	    -out "$1" 2>/dev/null
}

# new_cert NAME KEY EXTENSIONS START END ISSUER: $PLACE/NAME.pem, made by the
# certificate and key ISSUER.pem, ISSUER.key, or by itself when that is -
new_cert() {
	set -- "$PLACE/$1" "$PLACE/$2" "$3" "$4" "$5" "$6" "$1"
	openssl req -new -config "$PLACE/config" -subj "/CN=pulse test $7" \
	    -key "$2" -out "$1.csr" 2>/dev/null
	if [ "$6" = - ]; then
		by="-selfsign -keyfile $2"
	else
		by="-cert $PLACE/$6.pem -keyfile $PLACE/$6.key"
	fi
	# shellcheck disable=SC2086
	openssl ca -batch -notext -config "$PLACE/config" -extensions "$3" \
	    -startdate "$4" -enddate "$5" $by -in "$1.csr" -out "$1.pem" \
	    2>"$1.log"
}

# certificates [DIR]: into DIR, or $dir:
#	ca.pem			whom to trust; other_ca.pem: somebody else
#	cert.pem key.pem	for localhost, 127.0.0.1 and ::1, with the
#				intermediate one behind it, that ca.pem made
#	expired.pem future.pem	as cert.pem, with key.pem, at another time
#	elsewhere.pem		for elsewhere.example and 192.0.2.1
#	self.pem		for localhost, made by itself
#	strange_key.pem		a key of none of them
#	encrypted_key.pem	key.pem with a password, which is "secret"
#	client.pem client_key.pem	of a client, made by ca.pem
#	strange_client.pem	with client_key.pem, made by other_ca.pem
certificates() {
	PLACE=${1:-$dir}
	export PLACE
	past=20010101000000Z
	late=21990101000000Z
	: >"$PLACE/index"
	printf '%s' "$ca_config" >"$PLACE/config"
	for name in ca other_ca middle; do
		new_key "$PLACE/$name.key"
	done
	for name in key client_key strange_key; do
		new_key "$PLACE/$name.pem"
	done
	new_cert ca ca.key root $past $late -
	new_cert other_ca other_ca.key root $past $late -
	new_cert middle middle.key root $past $late ca
	new_cert cert key.pem here $past $late middle
	new_cert expired key.pem here $past 20020101000000Z middle
	new_cert future key.pem here 21980101000000Z $late middle
	new_cert elsewhere key.pem elsewhere $past $late middle
	new_cert self key.pem here $past $late -
	new_cert client client_key.pem client $past $late ca
	new_cert strange_client client_key.pem client $past $late other_ca
	for name in cert expired future elsewhere; do
		cat "$PLACE/middle.pem" >>"$PLACE/$name.pem"
	done
	openssl pkey -in "$PLACE/key.pem" -aes128 -passout pass:secret \
	    -out "$PLACE/encrypted_key.pem" 2>/dev/null
	if ! [ -s "$PLACE/strange_client.pem" ] || ! [ -s "$PLACE/cert.pem" ]
	then
		echo "not ok - the certificates cannot be made"
		cat "$PLACE"/*.log
		exit 1
	fi
}
