/** Invented names: nobody is called like this. */

export const givenNames = [
  'Aldra',
  'Bexin',
  'Corvey',
  'Dunja',
  'Elwick',
  'Fenna',
  'Garrow',
  'Hespa',
  'Ivorin',
  'Jorla',
  'Kestri',
  'Lorwin',
  'Mirka',
  'Nevo',
  'Orsel',
] as const;

export const familyNames = [
  'Amberlode',
  'Brackenhill',
  'Copperfen',
  'Dovelight',
  'Emberwick',
  'Foxglade',
  'Graymantle',
  'Hollowmere',
  'Ironbrook',
  'Juniperlow',
] as const;

export const companies = [
  'Quillfeather Audits',
  'Bluepebble Networks',
  'Tinroof Studios',
  'Saltmarsh Logistics',
  'Ninebark Security',
] as const;
