# Ciò che termina con un’appartenenza: una frase ciascuno.
membership = L’appartenenza a { $account } con il ruolo { $role } e { $held }.
clients = L’accesso agli account di clienti: { $names }.
clients-and-more = L’accesso agli account di { $count } clienti, tra cui { $names }.
elsewhere = L’appartenenza a { $name }, concessa nell’ambito della partnership.
contribution = La collaborazione a { $name }.
key = La chiave API «{ $name }».
invitation = L’invito a { $name }.
