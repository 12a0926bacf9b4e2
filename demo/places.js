/** Where the vantage points of the demo are: made up, with networks and addresses that are kept for documentation. */
const table = `
ams-nl 52.37  4.90   Amsterdam
lhr-gb 51.51  -0.13  London
cdg-fr 48.86  2.35   Paris
fra-de 50.11  8.68   Frankfurt
mad-es 40.42  -3.70  Madrid
lis-pt 38.72  -9.14  Lisbon
mxp-it 45.46  9.19   Milan
vie-at 48.21  16.37  Vienna
waw-pl 52.23  21.01  Warsaw
arn-se 59.33  18.07  Stockholm
hel-fi 60.17  24.94  Helsinki
kef-is 64.15  -21.94 Reykjavik
ath-gr 37.98  23.73  Athens
ist-tr 41.01  28.98  Istanbul
cai-eg 30.04  31.24  Cairo
los-ng 6.52   3.38   Lagos
acc-gh 5.60   -0.19  Accra
nbo-ke -1.29  36.82  Nairobi
jnb-za -26.20 28.05  Johannesburg
cpt-za -33.92 18.42  Cape Town
dxb-ae 25.20  55.27  Dubai
bom-in 19.08  72.88  Mumbai
maa-in 13.08  80.27  Chennai
ktm-np 27.72  85.32  Kathmandu
bkk-th 13.76  100.50 Bangkok
sin-sg 1.35   103.82 Singapore
cgk-id -6.21  106.85 Jakarta
hkg-hk 22.32  114.17 Hong Kong
icn-kr 37.57  126.98 Seoul
nrt-jp 35.68  139.69 Tokyo
per-au -31.95 115.86 Perth
syd-au -33.87 151.21 Sydney
akl-nz -36.85 174.76 Auckland
hnl-us 21.31  -157.86 Honolulu
anc-us 61.22  -149.90 Anchorage
sea-us 47.61  -122.33 Seattle
lax-us 34.05  -118.24 Los Angeles
den-us 39.74  -104.99 Denver
ord-us 41.88  -87.63 Chicago
yyz-ca 43.65  -79.38 Toronto
iad-us 38.90  -77.04 Washington
mia-us 25.76  -80.19 Miami
mex-mx 19.43  -99.13 Mexico City
bog-co 4.71   -74.07 Bogota
lim-pe -12.05 -77.04 Lima
gru-br -23.55 -46.63 Sao Paulo
scl-cl -33.45 -70.67 Santiago
`;

/** Networks of documentation. */
const FIRST_ASN = 64_496;

function placeIn(line, index) {
  const [name, latitude, longitude, ...place] = line.split(/ +/);
  const latlong = [Number(latitude), Number(longitude)];
  const attributes = {
    asn4: FIRST_ASN + (index % 16),
    cc: name.slice(-2).toUpperCase(),
    iata: name.slice(0, 3).toUpperCase(),
    place: place.join(' '),
    latlong,
    tag: index % 4 === 0 ? ['campus', 'wifi'] : ['datacenter'],
  };
  return { name, address: `192.0.2.${index + 1}`, roundTrip: 4 + distanceTo(latlong), attributes };
}

/** A round trip to Amsterdam, in milliseconds, roughly: the longer the farther. */
function distanceTo([latitude, longitude]) {
  return Math.round(Math.hypot(latitude - 52.4, longitude - 4.9) * 1.4);
}

export const places = table.trim().split('\n').map(placeIn);

/** What the plugin `metadata` reads. */
export function metadataFile() {
  return JSON.stringify(Object.fromEntries(places.map(({ name, attributes }) => [name, attributes])));
}
