# Ce qui prend fin avec une adhésion : une phrase chacune.
membership = La qualité de membre { DE($account) } avec le rôle { $role } et { $held }.
clients = L’accès aux comptes de clients : { $names }.
clients-and-more = L’accès aux comptes de { $count } clients, dont { $names }.
elsewhere = La qualité de membre { DE($name) }, accordée dans le cadre du partenariat.
contribution = La contribution à { $name }.
key = La clé API « { $name } ».
invitation = L’invitation adressée à { $name }.
